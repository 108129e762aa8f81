import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { launch } from './support/server.mjs';

const folder = new URL('../../docs/migrating/', import.meta.url);

/** The rows of the tables of variables: names, what they are called here, and whether they are honoured. */
async function variables() {
    const rows = [];
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.md'))) {
        const text = await readFile(new URL(file, folder), 'utf8');
        const table = /^\| variable \| here \| \|\n\| --- \| --- \| --- \|\n((?:\|.*\n)+)/m.exec(text)?.[1] ?? '';
        for (const line of table.trim().split('\n').filter(Boolean)) {
            const [names, ours, note] = line.split('|').slice(1, -1).map((cell) => cell.trim());
            rows.push({ file, names: [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name), ours, note });
        }
    }
    return rows;
}

/** Values that settings of this name accept. */
function sample(name) {
    if (/_SECRET$/.test(name)) return 'a-secret-of-24-characters';
    if (/_(ID|KEY)$/.test(name)) return 'x';
    if (/HOST$/.test(name)) return '127.0.0.1';
    if (/_PATH$|PATH_PREFIX$/.test(name)) return '/x';
    if (/ACCEPT_CLIENT_EVENTS_FROM$/.test(name)) return 'none';
    if (/ALLOWED_ORIGINS$/.test(name)) return 'https://example.com,https://*.example.org';
    if (/ENABLED?(_|$)/.test(name)) return 'true';
    if (/DRIVER$/.test(name)) return 'redis';
    if (/MAX_REQUEST_SIZE$/.test(name)) return '10000';
    if (/MESSAGE_SIZE$/.test(name)) return '10000';
    if (/GRACE_PERIOD$/.test(name)) return '3000';
    return '7';
}

async function check(env) {
    const child = launch(['check'], { env, within: 30_000 });
    const { code } = await child.ended;
    return { code, stderr: child.text.stderr };
}

/** What has to be set for the variable to be read. */
function context(name, { file }) {
    if (/SSL_CERT/.test(name)) return { SOKETI_SSL_KEY: 'k', SSL_KEY_PATH: 'k', ...context('', { file }) };
    return file.startsWith('sockudo') ? { SOCKUDO_DEFAULT_APP_ID: 'x' } : {};
}

test('each variable that docs/migrating calls honoured is, and names its successor', { timeout: 120_000 }, async () => {
    const honoured = (await variables()).filter(({ note, names }) => note.startsWith('honoured') && names.length === 1);
    assert.ok(honoured.length > 55, `${honoured.length} rows`);
    for (const row of honoured) {
        const [name] = row.names;
        const { code, stderr } = await check({ ...context(name, row), [name]: sample(name) });
        assert.equal(code, 0, `${name}: ${stderr}`);
        const ours = /`(\w+)`/.exec(row.ours)[1];
        const expected = `${name} is accepted, but use ${ours}`;
        assert.equal(stderr.includes(expected), !row.note.includes('without a warning'), `${expected} in ${stderr}`);
    }
});

test('the other variables of docs/migrating change nothing', { timeout: 120_000 }, async () => {
    const others = (await variables()).filter(({ note }) => !note.startsWith('honoured'));
    assert.ok(others.length > 45, `${others.length} rows`);
    for (const row of others) {
        const env = Object.fromEntries(row.names.map((name) => [name, sample(name)]));
        const { code, stderr } = await check({ ...context('', row), ...env });
        assert.equal(code, 0, `${row.names}: ${stderr}`);
        for (const name of row.names) assert.ok(!stderr.includes(`${name} is accepted`), `${name}: ${stderr}`);
    }
});
