import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

import { disconnectAll, query, sdk } from './support/clients.mjs';
import { eventually } from './support/inbox.mjs';
import { app, launch, run, Server } from './support/server.mjs';

const signing = ['--key', app.key, '--secret', app.secret];

describe('the command line', { timeout: 60_000 }, () => {
    const server = new Server();
    let folder;
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'carillon-'));
        await server.start();
    });
    afterEach(disconnectAll);
    after(async () => {
        await server.stop();
        await rm(folder, { recursive: true });
    });

    async function check(text) {
        const file = join(folder, 'carillon.json');
        await writeFile(file, text);
        return run(['check', '--config', file]);
    }

    const occupied = async (channel) => (await query(server, `/channels/${channel}`)).occupied;

    test('version', async () => {
        const { code, stdout } = await run(['version']);
        assert.equal(code, 0);
        assert.match(stdout, /\d+\.\d+\.\d+/);
    });

    test('version as JSON, with commit and libraries', async () => {
        const { code, stdout } = await run(['version', '--json']);
        assert.equal(code, 0);
        const { version, commit, libraries } = JSON.parse(stdout);
        assert.match(version, /^\d+\.\d+\.\d+$/);
        assert.match(commit, /^([0-9a-f]{40}(-modified)?|unknown)$/);
        for (const [name, number] of Object.entries(libraries)) assert.match(number, /^\d+\.\d+/, name);
    });

    test('a manual page and a completion script, with each command', async () => {
        const manual = await run(['manual']);
        const completion = await run(['completion']);
        for (const { code, stdout } of [manual, completion]) {
            assert.equal(code, 0);
            for (const command of ['serve', 'check', 'listen', 'webhooks replay']) assert.ok(stdout.includes(command));
        }
    });

    test('help, for each command', async () => {
        for (const command of ['', 'serve', 'check', 'version', 'sign', 'trigger', 'listen']) {
            const { code, stdout } = await run([command, '--help'].filter(Boolean));
            assert.equal(code, 0, command);
            assert.match(stdout, /--help/);
        }
    });

    test('an unknown flag is an error', async () => {
        const { code, stderr } = await run(['serve', '--prot', '6001']);
        assert.notEqual(code, 0);
        assert.match(stderr, /--prot/);
    });

    test('check accepts a good file', async () => {
        const text = '{ // a comment\n "limits": { "max_event_payload_bytes": 20480 } }';
        const { code, stdout } = await check(text);
        assert.equal(code, 0);
        assert.match(stdout, /configuration is valid/);
    });

    test('check reports every problem of a file, but no secret', async () => {
        const { code, stderr } = await check(JSON.stringify({
            limits: { max_event_payload_bytes: 99_999_999, max_evnet_name_length: 5 },
            apps: [{ id: 'a', key: 'k', secret: 'do-not-print-me', client_events: 'yes' }],
        }));
        assert.equal(code, 1);
        for (const said of [
            ...['max_event_payload_bytes', '1048576', 'client_events', 'carillon.json'],
            ...['max_evnet_name_length', 'max_event_name_length'],
        ]) {
            assert.ok(stderr.includes(said), `${said} in ${stderr}`);
        }
        assert.doesNotMatch(stderr, /do-not-print-me/);
    });

    test('check reports where the syntax of a file breaks', async () => {
        const { code, stderr } = await check('{\n "limits": {,}\n}');
        assert.equal(code, 1);
        assert.match(stderr, /\b2\b/);
    });

    test('sign prints the same token as the SDK', async () => {
        const backend = sdk(server);
        const member = { user_id: 'ann', user_info: { name: 'Zoë' } };
        const data = JSON.stringify(member);
        for (const [args, expected] of [
            [['1.2', 'private-a'], backend.authorizeChannel('1.2', 'private-a')],
            [['1.2', 'presence-a', data], backend.authorizeChannel('1.2', 'presence-a', member)],
            [['--user', '{"id":"ann"}', '1.2'], backend.authenticateUser('1.2', { id: 'ann' })],
        ]) {
            const { code, stdout } = await run(['sign', ...args, ...signing]);
            assert.equal(code, 0);
            assert.deepEqual(JSON.parse(stdout), expected);
        }
    });

    test('listen prints what trigger sends', async () => {
        const at = ['--url', server.url];
        const channels = ['cli-news', 'private-cli', 'presence-cli'];
        const listener = launch(['listen', ...channels, '--count', '3', ...at, ...signing]);
        for (const channel of channels) {
            await eventually(`${channel} is occupied`, () => occupied(channel));
        }
        for (const channel of channels) {
            const what = [channel, 'hello', '{"n":1}', '--app-id', app.id];
            const { code, stderr } = await run(['trigger', ...what, ...at, ...signing]);
            assert.equal(code, 0, stderr);
        }
        assert.equal((await listener.ended).code, 0, listener.text.stderr);
        const events = listener.text.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
        const hellos = events.filter(({ event }) => event === 'hello');
        assert.deepEqual(hellos.map(({ channel }) => channel), channels);
    });

    test('trigger and listen report errors', async () => {
        const at = ['--url', server.url];
        const wrong = ['--app-id', app.id, '--key', app.key, '--secret', 'guessed'];
        const triggered = await run(['trigger', 'c', 'e', 'd', ...at, ...wrong]);
        assert.notEqual(triggered.code, 0);
        assert.match(triggered.stdout + triggered.stderr, /Invalid signature/);
        const listened = await run(['listen', 'c', ...at, '--key', 'nope', '--secret', 'x']);
        assert.equal(listened.code, 1);
        assert.match(listened.stderr, /\S/);
    });
});
