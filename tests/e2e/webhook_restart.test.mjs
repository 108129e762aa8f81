import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { connect, disconnectAll, rawConnect, subscribe } from './support/clients.mjs';
import { eventually } from './support/inbox.mjs';
import { app, run, Server } from './support/server.mjs';
import { WebhookReceiver } from './support/webhook_receiver.mjs';

const failing = (request, response) => response.writeHead(500).end();
const working = (request, response) => response.end();

describe('webhooks over a restart', { timeout: 120_000 }, () => {
    let folder;
    let receiver;
    let server;
    beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), 'carillon-spool-'));
        receiver = await new WebhookReceiver().start();
        server = null;
    });
    afterEach(async () => {
        disconnectAll();
        receiver.close();
        await server?.kill();
        rmSync(folder, { recursive: true });
        assert.deepEqual(receiver.wrong, []);
    });

    const spool = () => ['--webhooks.spool-directory', folder];
    async function start({ grace = 0, events, more = [] } = {}) {
        const webhooks = [{
            url: receiver.url, headers: { 'X-Secret': 'hidden' },
            events: events ?? ['channel_occupied', 'channel_vacated', 'client_event'],
        }];
        const limits = { max_client_events_per_second: 0 };
        const apps = [{ ...app, webhook_grace_seconds: grace, limits, webhooks }];
        const args = ['--shards', '2', '--apps', JSON.stringify(apps), ...more];
        server = await new Server(args).start();
        return server;
    }
    async function sendThousand() {
        const client = await rawConnect(server);
        for (let i = 0; i < 10; ++i) await client.enter(`private-${i}`);
        for (let n = 0; n < 1000; ++n) {
            client.send({ event: 'client-n', channel: `private-${n % 10}`, data: String(n) });
        }
        await client.ping();
        return client;
    }
    const isClientEvent = ({ name }) => name === 'client_event';
    function assertThousandInOrder(events) {
        const numbers = events.filter(isClientEvent).map(({ channel, data }) => [channel, Number(data)]);
        assert.equal(numbers.length, 1000);
        const next = new Map();
        for (const [channel, number] of numbers) {
            const expected = next.get(channel) ?? Number(channel.slice('private-'.length));
            assert.equal(number, expected, channel);
            next.set(channel, number + 10);
        }
    }
    const accepted = () => receiver.requests.filter(({ taken }) => taken).flatMap(({ events }) => events);
    /** Answers, and keeps what it has taken. */
    const taking = (request, response) => {
        request.taken = true;
        working(request, response);
    };

    test('1,000 waiting at SIGTERM arrive after the restart, in order, with their ids', async () => {
        receiver.answer = failing;
        await start({ more: spool() });
        await sendThousand();
        await eventually('it has tried', () => receiver.requests.length > 0);
        const tried = new Set(receiver.requests.map(({ delivery }) => delivery));
        await server.stop();
        assert.match(server.child.text.stderr, /webhooks are spooled/);
        assert.deepEqual(accepted(), []);
        const [file, ...others] = readdirSync(folder);
        assert.deepEqual(others, []);
        const text = readFileSync(join(folder, file), 'utf8');
        assert.doesNotMatch(text, /hidden|\/hook|app-secret/);

        receiver.answer = taking;
        await start({ more: spool() });
        await eventually('all have come', () => accepted().filter(isClientEvent).length === 1000);
        assertThousandInOrder(accepted());
        const after = receiver.requests.filter(({ taken }) => taken).map(({ delivery }) => delivery);
        assert.ok(after.some((delivery) => tried.has(delivery)), 'what was tried has kept its id');
        assert.equal(new Set(after).size, after.length);
        await eventually('the spool is empty', () => readdirSync(folder).length === 0);
        await server.stop();
    });

    test('a crash after a restart repeats, and loses nothing', async () => {
        receiver.answer = failing;
        await start({ more: spool() });
        await sendThousand();
        await server.stop();
        receiver.requests = [];
        await start({ more: spool() });
        await eventually('it has tried', () => receiver.requests.length > 0);
        await server.kill();
        // Nothing that was under way may count.
        const { port } = receiver;
        receiver.close();
        receiver = await new WebhookReceiver({ port }).start();
        receiver.answer = taking;
        await start({ more: spool() });
        await eventually('all have come', () => accepted().filter(isClientEvent).length === 1000);
        assertThousandInOrder(accepted());
        await server.stop();
    });

    test('are delivered within the grace time without a spool', async () => {
        receiver.answer = (request, response) => setTimeout(() => taking(request, response), 100);
        await start({ grace: 60 });
        await sendThousand();
        await server.stop();
        assertThousandInOrder(accepted());
        const vacated = accepted().filter(({ name }) => name === 'channel_vacated');
        assert.equal(vacated.length, 10, 'nobody will be there to tell of it later');
    });

    test('a page that reconnects soon after a restart causes none', async () => {
        await start({ grace: 4, more: spool() });
        const page = async () => subscribe(await connect(server), 'page');
        await page();
        assert.deepEqual(await receiver.until(() => true),
            [{ name: 'channel_occupied', channel: 'page' }]);
        await server.stop();
        disconnectAll();
        server = await new Server(server.args).start();
        await page();
        await new Promise((resolve) => setTimeout(resolve, 4500));
        await (await rawConnect(server)).enter('marker');
        const events = await receiver.until(({ channel }) => channel === 'marker');
        assert.deepEqual(events, [{ name: 'channel_occupied', channel: 'marker' }]);
        await server.stop();
        // Who is not back by then has left.
        server = await new Server(server.args).start();
        const left = await receiver.until(({ channel }) => channel === 'page');
        assert.deepEqual(left.at(-1), { name: 'channel_vacated', channel: 'page' });
        await server.stop();
    });

    test('dead letters are replayed from their file, stamped and signed anew', async () => {
        const file = join(folder, 'dead.jsonl');
        receiver.answer = (request, response) => response.writeHead(410).end();
        await start({ events: ['channel_occupied'], more: ['--webhooks.dead-letter-file', file] });
        const client = await rawConnect(server);
        await client.enter('one');
        await eventually('it is given up', () => readFileSync(file, 'utf8').includes('"one"'));
        const [before] = receiver.requests;
        const log = server.child.text;
        await eventually('it says so', () => /given up \(gone\) and stored/.test(log.stderr));
        const config = join(folder, 'carillon.json');
        const settings = { apps: JSON.parse(server.args[server.args.indexOf('--apps') + 1]) };
        writeFileSync(config, JSON.stringify(settings));
        writeFileSync(file, readFileSync(file, 'utf8')
            + 'nonsense\n{"app":"gone","endpoint":"x","events":[]}\n');

        const replay = () => run(['webhooks', 'replay', file, '--config', config]);
        const failed = await replay();
        assert.equal(failed.code, 1);
        assert.match(failed.stdout, /^0 delivered, 3 left in /);
        assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 3);

        receiver.answer = taking;
        const partly = await replay();
        assert.equal(partly.code, 1);
        assert.match(partly.stdout, /^1 delivered, 2 left in /);
        assert.deepEqual(accepted(), [{ name: 'channel_occupied', channel: 'one' }]);
        const again = receiver.requests.at(-1);
        assert.equal(again.delivery, before.delivery);
        assert.ok(again.time > before.time);
        assert.notEqual(again.headers['x-pusher-signature'], before.headers['x-pusher-signature']);
        assert.equal(again.headers['x-secret'], 'hidden');
        assert.doesNotMatch(partly.stdout + partly.stderr, /hidden|app-secret/);

        const missing = await run(['webhooks', 'replay', join(folder, 'none'), '--config', config]);
        assert.equal(missing.code, 1);
        assert.match(missing.stderr, /none/);
        await server.stop();
    });

    test('webhooks without an endpoint after a restart wait in the spool for it', async () => {
        receiver.answer = failing;
        await start({ more: spool() });
        await (await rawConnect(server)).enter('one');
        await eventually('it has tried', () => receiver.requests.length > 0);
        await server.stop();
        receiver.answer = taking;
        const without = await new Server(spool()).start();
        assert.match(without.child.text.stderr, /stay in the spool \(unknown endpoint\)/);
        await without.stop();
        assert.deepEqual(accepted(), []);
        await start({ more: spool() });
        await eventually('it has come', () => accepted().length > 0);
        assert.deepEqual(accepted()[0], { name: 'channel_occupied', channel: 'one' });
        await server.stop();
    });

    test('an endpoint that a reload removes gets what waits; a new one gets new events', async () => {
        const next = await new WebhookReceiver().start();
        const config = join(folder, 'carillon.json');
        const configure = (url) => writeFileSync(config, JSON.stringify({
            apps: [{ ...app, webhooks: [{ url, events: ['channel_occupied'] }] }],
        }));
        configure(receiver.url);
        receiver.answer = failing;
        server = await new Server(['--config', config, '--shards', '2']).start();
        const client = await rawConnect(server);
        await client.enter('before');
        await eventually('it has tried', () => receiver.requests.length > 0);
        configure(next.url);
        server.child.kill('SIGHUP');
        await eventually('it is reloaded', () => server.child.text.stderr.includes('reloaded'));
        await client.enter('after');
        assert.deepEqual(await next.until(() => true),
            [{ name: 'channel_occupied', channel: 'after' }]);
        receiver.answer = taking;
        await eventually('it has come', () => accepted().length > 0);
        assert.deepEqual(accepted(), [{ name: 'channel_occupied', channel: 'before' }]);
        next.close();
        await server.stop();
    });

    test('unusable directories and files stop the start', async () => {
        const nowhere = join(folder, 'missing', 'x');
        const spoolless = await run(['serve', '--port', '0', '--webhooks.spool-directory', nowhere]);
        assert.notEqual(spoolless.code, 0);
        assert.match(spoolless.stderr, /webhooks\.spool_directory: cannot use .*missing/);
        const letterless = await run(['serve', '--port', '0', '--webhooks.dead-letter-file', nowhere]);
        assert.notEqual(letterless.code, 0);
        assert.match(letterless.stderr, /webhooks\.dead_letter_file: cannot write .*missing/);
    });
});
