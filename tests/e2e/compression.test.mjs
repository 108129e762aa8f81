import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { compressedFrame, rawConnect, sdk } from './support/clients.mjs';
import { suite, withServer } from './support/suite.mjs';

const agreed = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';

/** A client that compresses whatever it sends. Knows what the server has `answered`. */
async function compressing(server, offer = {}) {
    const perMessageDeflate = { threshold: 0, ...offer };
    const client = await rawConnect(server, undefined, { perMessageDeflate });
    client.read = () => client.socket._socket.bytesRead;
    return client;
}

const orders = (count) => JSON.stringify(Array.from({ length: count }, (_, id) => {
    return { id, state: ['open', 'filled', 'cancelled'][id % 3], customer: `Größe ${id % 7} 🙂` };
}));

suite('compression', (server) => {
    test('is negotiated with clients that offer it, without context takeover', async () => {
        let answer;
        const client = await rawConnect(server, undefined, {
            perMessageDeflate: true,
            finishRequest(request) {
                request.on('upgrade', ({ headers }) => (answer = headers['sec-websocket-extensions']));
                request.end();
            },
        });
        assert.equal(answer, agreed);
        await client.ping();
        const without = await rawConnect(server, undefined, { perMessageDeflate: false });
        assert.equal(without.socket.extensions, '');
        await without.ping();
    });

    test('makes large events small on the wire, and changes nothing else', async () => {
        const clients = await Promise.all([compressing(server), compressing(server, { serverMaxWindowBits: 12 })]);
        const plain = await rawConnect(server, undefined, { perMessageDeflate: false });
        for (const client of [...clients, plain]) await client.enter('orders');
        const before = clients.map((client) => client.read());
        const data = orders(100);
        await sdk(server).trigger('orders', 'all', data);
        const expected = await plain.inbox.next('all');
        assert.equal(expected.data, data);
        for (const [i, client] of clients.entries()) {
            assert.equal((await client.inbox.next('all')).raw, expected.raw);
            const bytes = client.read() - before[i];
            assert.ok(bytes < expected.raw.length / 3, `${bytes} of ${expected.raw.length}`);
        }
    });

    test('leaves small events alone', async () => {
        const client = await compressing(server);
        await client.enter('orders');
        const before = client.read();
        await sdk(server).trigger('orders', 'one', 'x'.repeat(400));
        const { raw } = await client.inbox.next('one');
        assert.equal(client.read() - before, raw.length + 4);
    });

    test('works in the other direction, fragments included', async () => {
        const [sender, receiver] = await Promise.all([compressing(server), compressing(server)]);
        for (const client of [sender, receiver]) await client.enter('private-orders');
        const data = orders(20);
        const text = JSON.stringify({ event: 'client-all', channel: 'private-orders', data });
        sender.send(text);
        assert.equal((await receiver.inbox.next('client-all')).data, data);
        const middle = text.length / 2;
        sender.socket.send(text.slice(0, middle), { compress: true, fin: false });
        sender.socket.send(text.slice(middle), { compress: true, fin: true });
        assert.equal((await receiver.inbox.next('client-all')).data, data);
    });

    test('inflates a burst of messages one by one, in order', async () => {
        const [sender, receiver] = await Promise.all([compressing(server), compressing(server)]);
        for (const client of [sender, receiver]) await client.enter('private-burst');
        const frames = Array.from({ length: 20 }, (_, data) => {
            const text = JSON.stringify({ event: 'client-n', channel: 'private-burst', data });
            return compressedFrame(text + ' '.repeat(100_000));
        });
        sender.socket._socket.write(Buffer.concat(frames));
        assert.deepEqual(await sender.ping(), []);
        for (let data = 0; data < 20; ++data) {
            assert.equal((await receiver.inbox.next('client-n')).data, String(data));
        }
    });

    test('limits the inflated size of a message', async () => {
        const client = await compressing(server);
        client.send(' '.repeat(100_000));  // Below the limit: no JSON, and no more than that.
        assert.equal((await client.inbox.next('pusher:error')).data.code, null);
        client.send(' '.repeat(10_000_000));
        const { code } = await client.inbox.next('close');
        assert.equal(code, 1009);
        await (await compressing(server)).ping();
    });
}, ['--limits.max-client-events-per-second', '0']);

describe('compression, configured', { timeout: 60_000 }, () => {
    test('can be disabled', async () => {
        await withServer(['--connection.deflate-level', '0'], async (server) => {
            const client = await rawConnect(server, undefined, { perMessageDeflate: true });
            assert.equal(client.socket.extensions, '');
            await client.ping();
        });
    });

    test('starts at the configured size', async () => {
        await withServer(['--connection.deflate-min-bytes', '100'], async (server) => {
            const client = await compressing(server);
            await client.enter('orders');
            const before = client.read();
            await sdk(server).trigger('orders', 'one', 'x'.repeat(400));
            const { raw } = await client.inbox.next('one');
            assert.ok(client.read() - before < raw.length / 2);
        });
    });
});
