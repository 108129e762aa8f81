import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, query, rawConnect, sdk, subscribe } from './support/clients.mjs';
import { post } from './support/http.mjs';
import { suite } from './support/suite.mjs';

// Vector 19 of the reference: made with tweetnacl and libsodium.
const masterKey = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const vector = {
    channel: 'private-encrypted-orders',
    sharedSecret: 'Rp+JW0P1Y4Dbn8NPhcFo88FAzz3QPb3PZ646obzmrp4=',
    plain: { id: 1 },
    data: '{"nonce":"QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZX",'
        + '"ciphertext":"UDlSzcOuybjLeaPnTQXmYvDkkN0+pLDw"}',
};

/** The SDK with the master key. `posted` collects the bodies that it sends. */
function encrypting(server) {
    const backend = sdk(server, { encryptionMasterKeyBase64: masterKey });
    const posted = [];
    const send = backend.post;
    backend.post = (request) => {
        posted.push(request.body);
        return send.call(backend, request);
    };
    return { backend, posted };
}

suite('encrypted channels', (server) => {
    const reader = () => connect(server, { masterKey });

    async function eavesdropper(channel) {
        const client = await rawConnect(server);
        await client.enter(channel);
        return client;
    }

    test('subscribers with the key read plain text, the wire carries what REST was sent', async () => {
        const channel = 'private-encrypted-letters';
        const { inbox } = await subscribe(await reader(), channel);
        const wire = await eavesdropper(channel);
        const { backend, posted } = encrypting(server);
        const letter = { to: 'Ann', text: 'größer 🎉' };
        await backend.trigger(channel, 'letter', letter);

        assert.deepEqual(await inbox.next(), { event: 'letter', data: letter });
        const { data, raw } = await wire.inbox.next();
        assert.equal(data, posted[0].data);
        assert.deepEqual(Object.keys(JSON.parse(data)), ['nonce', 'ciphertext']);
        assert.ok(!raw.includes('Ann'));
    });

    test('a message that another library has encrypted is read', async () => {
        const { channel, data, plain, sharedSecret } = vector;
        const token = encrypting(server).backend.authorizeChannel('1.2', channel);
        assert.equal(token.shared_secret, sharedSecret);
        const { inbox } = await subscribe(await reader(), channel);
        const wire = await eavesdropper(channel);
        const body = JSON.stringify({ name: 'order', channels: [channel], data });
        assert.equal((await post(server, '/apps/app-id/events', body)).status, 200);

        assert.deepEqual(await inbox.next(), { event: 'order', data: plain });
        assert.equal((await wire.inbox.next('order')).data, data);
    });

    test('a subscription without a token is refused', async () => {
        const client = await rawConnect(server);
        const channel = 'private-encrypted-closed';
        client.send({ event: 'pusher:subscribe', data: { channel } });
        const [error, refusal] = await client.inbox.until('pusher:subscription_error');
        assert.deepEqual([error.event, error.data.code], ['pusher:error', null]);
        assert.deepEqual([refusal.channel, refusal.data.status], [channel, 401]);
        assert.deepEqual(await query(server, `/channels/${channel}`), { occupied: false });
    });

    test('success and cache miss carry exactly {}', async () => {
        const client = await rawConnect(server);
        const channel = 'private-encrypted-cache-none';
        client.join(channel);
        const frames = await client.inbox.until('pusher:cache_miss');
        assert.deepEqual(frames.map(({ event, channel: of, data }) => [event, of, data]), [
            ['pusher_internal:subscription_succeeded', channel, '{}'],
            ['pusher:cache_miss', channel, '{}'],
        ]);
    });

    test('a cache channel keeps the last message as it was encrypted', async () => {
        const channel = 'private-encrypted-cache-letters';
        const { backend, posted } = encrypting(server);
        await backend.trigger(channel, 'letter', 'older');
        await backend.trigger(channel, 'letter', { n: 2 });

        const { inbox } = await subscribe(await reader(), channel);
        assert.deepEqual(await inbox.next(), { event: 'letter', data: { n: 2 } });
        const wire = await eavesdropper(channel);
        assert.equal((await wire.inbox.next()).data, posted[1].data);
        const { cache } = await query(server, `/channels/${channel}`, { info: 'cache' });
        assert.equal(cache.data, posted[1].data);
    });

    test('client events are delivered unread', async () => {
        const channel = 'private-encrypted-chat';
        const sender = await eavesdropper(channel);
        const receiver = await eavesdropper(channel);
        sender.send({ event: 'client-message', channel, data: vector.data });
        const { event, channel: of, data, user_id } = await receiver.inbox.next();
        assert.deepEqual([event, of, data], ['client-message', channel, vector.data]);
        assert.equal(user_id, undefined);
    });

    test('a batch may mix encrypted channels with each other and with plain ones', async () => {
        const channels = ['private-encrypted-a', 'plain', 'private-encrypted-b'];
        const client = await reader();
        const inboxes = [];
        for (const channel of channels) inboxes.push((await subscribe(client, channel)).inbox);
        const wire = await eavesdropper(channels[2]);
        const { backend, posted } = encrypting(server);
        await backend.triggerBatch(channels.map((channel, n) => {
            return { channel, name: 'news', data: { n } };
        }));
        for (const [n, inbox] of inboxes.entries()) {
            assert.deepEqual(await inbox.next(), { event: 'news', data: { n } });
        }
        assert.equal((await wire.inbox.next('news')).data, posted[0].batch[2].data);
    });

    test('a trigger leaves out the connection that caused it', async () => {
        const channel = 'private-encrypted-own';
        const [own, other] = [await eavesdropper(channel), await eavesdropper(channel)];
        const { backend, posted } = encrypting(server);
        await backend.trigger(channel, 'mine', 'text', { socket_id: own.socketId });
        await backend.trigger(channel, 'marker', '');
        assert.equal((await other.inbox.next('mine')).data, posted[0].data);
        assert.deepEqual((await own.inbox.until('marker')).map(({ event }) => event), ['marker']);
    });
});
