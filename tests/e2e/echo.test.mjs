import assert from 'node:assert/strict';
import { test } from 'node:test';

import Echo from 'laravel-echo';
import Pusher from 'pusher-js';

import { connect, query, rawConnect, sdk, userChannel } from './support/clients.mjs';
import { Inbox, eventually } from './support/inbox.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';

const masterKey = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

suite('Laravel Echo', (server) => {
    /** Echo on a pusher-js client of its own, which ends with the test. */
    async function echoOf(options) {
        const client = await connect(server, { masterKey, ...options });
        return new Echo({ broadcaster: 'pusher', key: app.key, client });
    }

    /** An inbox for what a channel tells its listeners, and a function that makes one of them. */
    function listener(name) {
        const inbox = new Inbox(name);
        return { inbox, on: (event) => (data) => inbox.push({ event, data }) };
    }

    /** Comes back when the channel is subscribed to. */
    const subscribed = (channel) => new Promise((resolve) => channel.subscribed(resolve));

    /** What Laravel's broadcaster sends: the class name, the public properties, the sender's id. */
    const broadcast = (channels, event, data, socket_id) => {
        return sdk(server).trigger(channels, event, data, socket_id && { socket_id });
    };

    test('it knows its socket id and its state', async () => {
        const echo = await echoOf();
        assert.match(echo.socketId(), /^\d+\.\d+$/);
        assert.equal(echo.connectionStatus(), 'connected');
    });

    test('a public channel: events of the namespace, by class name', async () => {
        const echo = await echoOf();
        const { inbox, on } = listener('orders');
        const channel = echo.channel('orders').listen('OrderShipped', on('shipped'))
            .listen('.custom-name', on('custom')).listen('Shop.Paid', on('paid'));
        await subscribed(channel);
        await broadcast(['orders'], 'App\\Events\\OrderShipped', { id: 1 });
        await broadcast(['orders'], 'custom-name', { id: 2 });
        await broadcast(['orders'], 'App\\Events\\Shop\\Paid', { id: 3 });
        const seen = [await inbox.next(), await inbox.next(), await inbox.next()];
        assert.deepEqual(seen.map(({ event, data }) => [event, data.id]),
            [['shipped', 1], ['custom', 2], ['paid', 3]]);
    });

    test('a private channel: toOthers() leaves the sender out', async () => {
        const [own, other] = [await echoOf(), await echoOf()];
        const heard = await Promise.all([own, other].map(async (echo, n) => {
            const { inbox, on } = listener(`chat of ${n}`);
            const channel = echo.private('chat.1').listenToAll((event, data) => on(event)(data));
            await subscribed(channel);
            return inbox;
        }));
        await broadcast(['private-chat.1'], 'App\\Events\\MessageSent', { n: 1 }, own.socketId());
        await broadcast(['private-chat.1'], 'App\\Events\\Marker', {});
        const names = async (inbox) => {
            return (await inbox.until('Marker')).map(({ event }) => event);
        };
        assert.deepEqual(await names(heard[0]), ['Marker']);
        assert.deepEqual(await names(heard[1]), ['MessageSent', 'Marker']);
    });

    test('whispers reach the others, on private and presence channels', async () => {
        const ann = await echoOf({ user: { user_id: 1, user_info: { name: 'Ann' } } });
        const bob = await echoOf({ user: { user_id: 2, user_info: { name: 'Bob' } } });
        for (const join of [(echo) => echo.private('pad'), (echo) => echo.join('pad')]) {
            const { inbox, on } = listener('whispers');
            const [mine, theirs] = [join(ann), join(bob).listenForWhisper('typing', on('typing'))];
            mine.listenForWhisper('typing', on('echo of my own'));
            await Promise.all([mine, theirs].map(subscribed));
            mine.whisper('typing', { name: 'Ann' });
            assert.deepEqual(await inbox.next(), { event: 'typing', data: { name: 'Ann' } });
            mine.whisper('typing', 'again');
            assert.deepEqual(await inbox.next(), { event: 'typing', data: 'again' });
        }
    });

    test('a presence channel: here, joining, leaving', async () => {
        const user = (id, name) => ({ user: { user_id: id, user_info: { id, name } } });
        const ann = await echoOf(user(1, 'Ann'));
        const { inbox, on } = listener('room');
        ann.join('room').here(on('here')).joining(on('joining')).leaving(on('leaving'));
        assert.deepEqual(await inbox.next(), { event: 'here', data: [{ id: 1, name: 'Ann' }] });

        const bob = await echoOf(user(2, 'Bob'));
        const bobs = listener('room of Bob');
        bob.join('room').here(bobs.on('here'));
        const { data } = await bobs.inbox.next();
        assert.deepEqual(data, [{ id: 1, name: 'Ann' }, { id: 2, name: 'Bob' }]);
        assert.deepEqual(await inbox.next(), { event: 'joining', data: { id: 2, name: 'Bob' } });
        bob.leave('room');
        assert.deepEqual(await inbox.next(), { event: 'leaving', data: { id: 2, name: 'Bob' } });
    });

    test('an encrypted channel', async () => {
        const echo = await echoOf();
        const { inbox, on } = listener('secrets');
        await subscribed(echo.encryptedPrivate('secrets').listen('Told', on('told')));
        const wire = await rawConnect(server);
        await wire.enter('private-encrypted-secrets');
        const backend = sdk(server, { encryptionMasterKeyBase64: masterKey });
        await backend.trigger('private-encrypted-secrets', 'App\\Events\\Told', { secret: 42 });
        assert.deepEqual(await inbox.next(), { event: 'told', data: { secret: 42 } });
        const { data } = await wire.inbox.next();
        assert.deepEqual(Object.keys(JSON.parse(data)), ['nonce', 'ciphertext']);
    });

    test('notifications of a user', async () => {
        const echo = await echoOf();
        const { inbox, on } = listener('notifications');
        await subscribed(echo.private('App.Models.User.7').notification(on('notification')));
        const event = 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated';
        const notice = { id: 'f1', type: 'App\\Notifications\\InvoicePaid', amount: '9.90' };
        await broadcast(['private-App.Models.User.7'], event, notice);
        assert.deepEqual(await inbox.next(), { event: 'notification', data: notice });
    });

    test('error() is told when the server refuses, with the reason', async () => {
        const forged = await echoOf({ secret: 'guessed' });
        const { inbox, on } = listener('errors');
        forged.private('club').error(on('private'));
        const refused = await inbox.next();
        assert.deepEqual([refused.data.type, refused.data.status], ['AuthError', 401]);
        assert.equal(typeof refused.data.error, 'string');
        forged.channel('x'.repeat(201)).error(on('public'));
        assert.equal((await inbox.next()).data.type, 'InvalidData');
        assert.equal(forged.connectionStatus(), 'connected');
    });

    test('leave() leaves all kinds of the name', async () => {
        const echo = await echoOf({ user: { user_id: 1 } });
        const channels = [echo.channel('hall'), echo.private('hall'), echo.join('hall'),
            echo.encryptedPrivate('hall')];
        await Promise.all(channels.map(subscribed));
        const occupied = async () => {
            const { channels: all } = await query(server, '/channels');
            return Object.keys(all).filter((name) => name.endsWith('hall')).length;
        };
        assert.equal(await occupied(), 4);
        echo.leave('hall');
        await eventually('all are left', async () => (await occupied()) === 0);
        await subscribed(echo.channel('hall'));
        assert.equal(await occupied(), 1);
    });

    test('sign-in through Echo', async () => {
        const client = await connect(server, { account: { id: '7' } });
        const echo = new Echo({ broadcaster: 'pusher', key: app.key, client });
        const { inbox, on } = listener('user');
        client.user.bind('notice', on('notice'));
        echo.connector.signin();
        await userChannel(client);
        await sdk(server).sendToUser('7', 'notice', { n: 1 });
        assert.deepEqual(await inbox.next(), { event: 'notice', data: { n: 1 } });
    });

    test('with the options that an application gives it, as for reverb', async () => {
        const echo = new Echo({
            broadcaster: 'reverb', key: app.key, wsHost: '127.0.0.1', wsPort: server.port,
            forceTLS: false, enabledTransports: ['ws', 'wss'], Pusher,
        });
        try {
            const { inbox, on } = listener('orders');
            await subscribed(echo.channel('orders').listen('OrderShipped', on('shipped')));
            await broadcast(['orders'], 'App\\Events\\OrderShipped', { id: 1 });
            assert.deepEqual(await inbox.next(), { event: 'shipped', data: { id: 1 } });
        } finally {
            echo.disconnect();
        }
    });
});
