import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { eventually } from './support/inbox.mjs';
import { app, launch, run } from './support/server.mjs';
import { withServer } from './support/suite.mjs';

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

describe('carillon import', () => {
    let folder;
    before(async () => (folder = await mkdtemp(join(tmpdir(), 'carillon-import-'))));
    after(() => rm(folder, { recursive: true }));

    const files = {
        'soketi.json': JSON.stringify({
            'port': 0, 'debug': true,
            'appManager.array.apps': [{ id: 'a', key: 'k', secret: 'a-secret-of-24-characters', maxConnections: 5 }],
        }),
        'sockudo.toml': `port = 0
[cors]
credentials = true
[event_limits]
max_batch_size = 5
[[app_manager.array.apps]]
id = "a"
key = "k"
secret = "a-secret-of-24-characters"
`,
        'reverb.json': JSON.stringify({
            servers: { reverb: { port: 0, scaling: { channel: 'x' } } },
            apps: { apps: [{ app_id: 'a', key: 'k', secret: 'a-secret-of-24-characters' }] },
        }),
        '.env': `SOKETI_PORT=0
SOKETI_DEFAULT_APP_ID=a
SOKETI_DEFAULT_APP_KEY="k"
SOKETI_DEFAULT_APP_SECRET=a-secret-of-24-characters
SOKETI_QUEUE_DRIVER=sqs
`,
    };
    for (const [name, text] of Object.entries(files)) {
        test(`${name}: a file that the server accepts, and a list of what was left out`, async () => {
            await writeFile(join(folder, name), text);
            const { code, stdout, stderr } = await run(['import', join(folder, name)]);
            assert.equal(code, 0, stderr);
            assert.match(stderr, /not taken over: (debug|cors|servers\.reverb\.scaling|SOKETI_QUEUE_DRIVER)/);
            const imported = join(folder, 'carillon.json');
            await writeFile(imported, stdout, { mode: 0o600 });
            const checked = await run(['check', '--production', '--config', imported]);
            assert.equal(checked.code, 0, checked.stderr);
            const [{ id, key, secret }] = JSON.parse(stdout.replace(/^\/\/.*\n/, '')).apps;
            assert.deepEqual({ id, key, secret }, { id: 'a', key: 'k', secret: 'a-secret-of-24-characters' });
        });
    }

    test('what is no such file is an error', async () => {
        await writeFile(join(folder, 'bad'), '{');
        for (const file of [join(folder, 'bad'), join(folder, 'absent')]) {
            const { code, stderr } = await run(['import', file]);
            assert.equal(code, 1);
            assert.ok(stderr.includes(file));
        }
    });
});

test('carillon compare finds no difference between equal servers, and those of others', { timeout: 60_000 }, async () => {
    const compare = (one, other) => run(['compare', '--url', one.url, '--to', other.url]);
    const oneShard = ['--shards', '1'];
    await withServer(oneShard, async (one) => {
        await withServer(oneShard, async (other) => {
            const { code, stdout } = await compare(one, other);
            assert.equal(code, 0, stdout);
            assert.match(stdout, /^\d\d steps, 0 differ$/m);
            assert.doesNotMatch(stdout, /three seconds|no response|no WebSocket/);
        });
        await withServer([...oneShard, '--apps', JSON.stringify([{ ...app, client_events: false }])], async (other) => {
            const { code, stdout } = await compare(one, other);
            assert.equal(code, 1);
            assert.match(stdout, /^differ: a client event on a private channel, to its sender$/m);
            assert.match(stdout, /^same: {3}a client event on a public channel$|^differ: a client event on a public/m);
            assert.match(stdout, /pusher:error/);
        });
    });
});

test('the snippets for two servers work as pasted: a client goes on at the other one', { timeout: 90_000 }, async () => {
    const text = await readFile(new URL('../../docs/migrating/side-by-side.md', import.meta.url), 'utf8');
    const modules = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code], i) => {
        const module = new URL(`side-by-side-${process.pid}-${i}.tmp.mjs`, import.meta.url);
        return { module, code };
    });
    assert.equal(modules.length, 2);
    const clients = [];
    try {
        for (const { module, code } of modules) await writeFile(module, code);
        await withServer([], async (other) => {
            await withServer([], async (first) => {
                const urls = [first.url, other.url];
                Object.assign(process.env, {
                    PUSHER_APP_ID: app.id, PUSHER_APP_KEY: app.key, PUSHER_APP_SECRET: app.secret,
                    REALTIME_URLS: urls.join(','),
                });
                const { trigger } = await import(modules[0].module);
                const { connect } = await import(modules[1].module);
                const received = [];
                let subscribed = 0;
                await connect(app.key, urls, (pusher) => {
                    clients.push(pusher);
                    const channel = pusher.subscribe('news');
                    channel.bind('pusher:subscription_succeeded', () => ++subscribed);
                    channel.bind('event', (data) => received.push(data));
                });
                await eventually('it subscribes', () => subscribed === 1);
                await trigger('news', 'event', 1);
                await eventually('the event arrives', () => received.includes(1));
                await first.stop();
                await eventually('it subscribes at the other one', () => subscribed === 2, { within: 40_000 });
                await trigger('news', 'event', 2);
                await eventually('events arrive from there', () => received.includes(2));
                assert.equal(clients.length, 2);
            });
        });
    } finally {
        clients.forEach((one) => one.disconnect());
        for (const { module } of modules) await rm(module, { force: true });
    }
});
