import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);

async function textsIn(folder, suffix) {
    const names = await readdir(new URL(folder, root), { recursive: true });
    const files = names.filter((name) => name.endsWith(suffix) && !name.includes('node_modules'));
    const texts = files.map((name) => readFile(new URL(`${folder}/${name}`, root), 'utf8'));
    return new Map(files.map((name, i) => [name, texts[i]]));
}

test('docs/features.md names tests that exist', async () => {
    const document = await readFile(new URL('docs/features.md', root), 'utf8');
    const scripts = await textsIn('tests/e2e', '.test.mjs');
    const sources = await Promise.all((await textsIn('tests', '_test.cpp')).values());
    const unitTests = new Set(sources.flatMap((text) => [...text.matchAll(
        /\bTEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)/g)].map(([, suite, name]) => `${suite}.${name}`)));

    let named = 0;
    for (const [, file, title] of document.matchAll(/`(\w+\.test\.mjs)`: (“[^”]+”)/g)) {
        const text = await scripts.get(file);
        assert.ok(text?.includes(title.slice(1, -1)), `${file} has no test ${title}`);
        ++named;
    }
    for (const [, name] of document.matchAll(/`(\w+\.[A-Z]\w+)`/g)) {
        assert.ok(unitTests.has(name), `there is no test ${name}`);
        ++named;
    }
    const rows = document.split('\n').filter((line) => /^\| [^-]/.test(line) && !line.startsWith('| feature'));
    for (const row of rows) assert.match(row, /\.test\.mjs`|`\w+\.[A-Z]\w+`/, `no test: ${row}`);
    assert.ok(named >= rows.length);
});
