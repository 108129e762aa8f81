import assert from 'node:assert/strict';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';

import { RawClient, rawConnect, sdk } from './support/clients.mjs';
import { suite } from './support/suite.mjs';

suite('frames', (server) => {
    async function refusal(path) {
        const { inbox } = new RawClient(server, path);
        const [error, close, ...more] = await inbox.until('close');
        assert.deepEqual(more, []);
        assert.equal(error.event, 'pusher:error');
        assert.equal(error.data.code, close.code);
        assert.equal(error.data.message, close.reason);
        return close.code;
    }

    test('the first frame is connection_established', async () => {
        const { inbox } = new RawClient(server);
        const hello = await inbox.next();
        assert.equal(hello.event, 'pusher:connection_established');
        const data = JSON.parse(hello.data);
        assert.match(data.socket_id, /^\d+\.\d+$/);
        assert.equal(data.activity_timeout, 120);
    });

    test('socket ids are unique', async () => {
        const clients = await Promise.all(Array.from({ length: 50 }, () => rawConnect(server)));
        assert.equal(new Set(clients.map(({ socketId }) => socketId)).size, 50);
    });

    test('protocols 4 to 7 and none are served', async () => {
        const queries = ['', '?protocol=7&flash=false', '?client=x&protocol=6', '?protocol=4'];
        for (const query of queries) {
            await (await rawConnect(server, `/app/app-key${query}`)).ping();
        }
    });

    test('a refused client gets an error and a close with the same code', async () => {
        assert.equal(await refusal('/app/nope?protocol=7'), 4001);
        for (const protocol of ['1', '3', '8', 'seven']) {
            assert.equal(await refusal(`/app/app-key?protocol=${protocol}`), 4007, protocol);
        }
        assert.equal(await refusal('/foo'), 4005);
    });

    test('a malformed message is answered with an error, and the connection stays open', async () => {
        const client = await rawConnect(server);
        const wrong = [
            ...['no JSON', '', '[]', '5', '{}', '{"event":5}', '{"event":"pusher:ping"'],
            '{"event":"made-up","data":{}}',
            '{"event":"pusher_internal:member_added","data":{}}',
            '{"event":"pusher:subscribe","data":{}}',
            '{"event":"pusher:subscribe","data":{"channel":5}}',
            '{"event":"client-x","channel":"private-x"}',
        ];
        for (const text of wrong) {
            client.send(text);
            const before = await client.ping();
            const errors = before.filter(({ event }) => event === 'pusher:error');
            assert.equal(errors.length, 1, text);
            assert.equal(errors[0].data.code, null, text);
            assert.equal(typeof errors[0].data.message, 'string', text);
        }
    });

    test('pings are answered on both levels', async () => {
        const client = await rawConnect(server);
        for (const data of [{}, '', null, undefined]) {
            client.send({ event: 'pusher:ping', data });
            assert.equal((await client.inbox.next()).raw, '{"event":"pusher:pong","data":"{}"}');
        }
        client.socket.ping('are you there?');
        const pong = await client.inbox.next();
        assert.deepEqual(pong, { event: 'pong frame', payload: 'are you there?' });
        client.send({ event: 'pusher:pong', data: {} });
        assert.deepEqual(await client.ping(), []);
    });

    test('a binary message ends the connection with 1003', async () => {
        const client = await rawConnect(server);
        client.socket.send(Buffer.from('{"event":"pusher:ping","data":{}}'), { binary: true });
        assert.equal((await client.inbox.next('close')).code, 1003);
    });

    test('a message of 200 KB ends it with 1009, one of 100 KB does not', async () => {
        const client = await rawConnect(server);
        client.send({ event: 'pusher:ping', data: 'x'.repeat(100_000) });
        await client.inbox.next('pusher:pong');
        client.send({ event: 'pusher:ping', data: 'x'.repeat(200_000) });
        assert.equal((await client.inbox.next('close')).code, 1009);
    });

    test('text that is not UTF-8 ends it with 1007, an unmasked frame with 1002', async () => {
        const client = await rawConnect(server);
        client.socket.send(Buffer.from([0x22, 0xc3, 0x28, 0x22]), { binary: false });
        assert.equal((await client.inbox.next('close')).code, 1007);
        const unmasked = await rawConnect(server);
        unmasked.socket.send('{}', { mask: false });
        assert.equal((await unmasked.inbox.next('close')).code, 1002);
    });

    test('a message may come in fragments', async () => {
        const client = await rawConnect(server);
        client.socket.send('{"event":"pusher', { fin: false });
        client.socket.ping('between');
        client.socket.send(':ping","data":{}}', { fin: true });
        assert.equal((await client.inbox.next()).event, 'pong frame');
        assert.equal((await client.inbox.next()).event, 'pusher:pong');
    });

    test('data is a string in every frame but pusher:error', async () => {
        const frames = [];
        const clients = [];
        for (const id of ['ann', 'bob']) {
            const client = await rawConnect(server);
            client.socket.on('message', (bytes) => frames.push(JSON.parse(bytes)));
            const channel = 'presence-all';
            const token = sdk(server).authorizeChannel(client.socketId, channel, { user_id: id });
            await client.subscribe(channel, token);
            clients.push(client);
        }
        await clients[0].inbox.next('pusher_internal:member_added');
        await sdk(server).trigger('presence-all', 'from-rest', { a: 1 });
        await clients[0].inbox.next('from-rest');
        clients[1].send({ event: 'client-e', channel: 'presence-all', data: { a: 1 } });
        await clients[0].inbox.next('client-e');
        const refused = { channel: 'private-x', auth: 'wrong' };
        clients[1].send({ event: 'pusher:subscribe', data: refused });
        await clients[1].ping();
        clients[1].socket.close();
        await clients[0].inbox.next('pusher_internal:member_removed');
        const kinds = new Set(frames.map(({ event }) => event));
        for (const kind of ['pusher:error', 'pusher:pong', 'pusher_internal:member_added']) {
            assert.ok(kinds.has(kind), kind);
        }
        for (const { event, data } of frames) {
            const isError = event === 'pusher:error' || event === 'pusher:subscription_error';
            assert.equal(typeof data, isError ? 'object' : 'string', event);
        }
    });

    test('a close is answered with its own code', async () => {
        const client = await rawConnect(server);
        client.socket.close(3456, 'bye');
        assert.equal((await client.inbox.next('close')).code, 3456);
    });

    test('subscribing twice succeeds twice, and events are delivered once', async () => {
        const client = await rawConnect(server);
        for (let i = 0; i < 2; ++i) assert.equal((await client.subscribe('twice')).data, '{}');
        await sdk(server).trigger('twice', 'once', '');
        await sdk(server).trigger('twice', 'marker', '');
        const seen = (await client.inbox.until('marker')).map(({ event }) => event);
        assert.deepEqual(seen, ['once', 'marker']);
    });

    test('clients that vanish, or send garbage, do no harm', async () => {
        for (const text of ['', 'GET /app/app-key HTTP/1.1\r\nUpgrade: web', '\x00\xff\xfe']) {
            const socket = connectTcp(server.port, '127.0.0.1').on('error', () => {});
            await new Promise((resolve) => socket.on('connect', () => socket.write(text, resolve)));
            socket.resetAndDestroy();
        }
        await (await rawConnect(server)).ping();
    });
});
