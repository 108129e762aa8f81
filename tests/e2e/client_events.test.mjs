import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, rawConnect, sdk, subscribe } from './support/clients.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';

suite('client events', (server) => {
    async function pair(name, users = []) {
        const clients = [];
        for (const n of [0, 1]) clients.push(await connect(server, { user: users[n] }));
        const channels = [];
        for (const client of clients) channels.push(await subscribe(client, name));
        return { clients, channels };
    }

    test('the other subscribers receive it, the sender does not', async () => {
        const { channels: [mine, theirs] } = await pair('private-pad');
        assert.equal(mine.trigger('client-drawn', { x: 1, y: [2] }), true);
        assert.deepEqual((await theirs.inbox.next('client-drawn')).data, { x: 1, y: [2] });
        await sdk(server).trigger('private-pad', 'marker', '');
        assert.deepEqual(await mine.inbox.until('marker'), [{ event: 'marker', data: '' }]);
    });

    test('a presence channel adds the user id of the sender', async () => {
        const users = [{ user_id: 'ann' }, { user_id: 'bob' }];
        const { channels: [mine, theirs] } = await pair('presence-pad', users);
        const received = new Promise((resolve) => {
            theirs.bind('client-typing', (data, metadata) => resolve({ data, metadata }));
        });
        mine.trigger('client-typing', { on: true });
        assert.deepEqual(await received, { data: { on: true }, metadata: { user_id: 'ann' } });
    });

    test('are refused on a public channel', async () => {
        const { clients: [own], channels: [mine, theirs] } = await pair('square');
        mine.trigger('client-shout', {});
        assert.equal((await own.errors.next()).code, null);
        await sdk(server).trigger('square', 'marker', '');
        assert.deepEqual(await theirs.inbox.until('marker'), [{ event: 'marker', data: '' }]);
    });

    test('are refused without a subscription, and after it has ended', async () => {
        const { clients: [own], channels: [, theirs] } = await pair('private-club');
        const stranger = await connect(server);
        own.unsubscribe('private-club');
        for (const client of [own, stranger]) {
            client.send_event('client-hello', {}, 'private-club');
            assert.equal((await client.errors.next()).code, null);
        }
        await sdk(server).trigger('private-club', 'marker', '');
        assert.deepEqual(await theirs.inbox.until('marker'), [{ event: 'marker', data: '' }]);
    });

    test('more than ten in a second are dropped with 4301, and the connection stays', async () => {
        const { clients: [own], channels: [mine, theirs] } = await pair('private-flood');
        for (let n = 0; n < 40; ++n) mine.trigger('client-drop', { n });
        assert.equal((await own.errors.next()).code, 4301);
        const tenth = await theirs.inbox.until(({ data }) => data.n === 9);
        assert.deepEqual(tenth.map(({ data }) => data.n), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        await sdk(server).trigger('private-flood', 'marker', '');
        await mine.inbox.until('marker');
        const passed = (await theirs.inbox.until('marker')).length - 1 + tenth.length;
        assert.ok(passed < 40, `${passed} of 40 passed`);
        assert.equal(own.connection.state, 'connected');
    });

    test('any JSON value arrives as a string with its source text', async () => {
        const receiver = await rawConnect(server);
        const sender = await rawConnect(server);
        const channel = 'private-values';
        for (const client of [receiver, sender]) {
            await client.subscribe(channel, sdk(server).authorizeChannel(client.socketId, channel));
        }
        const object = '{"n":9007199254740993,"b":1,"a":"\\u00fc"}';
        const values = [object, '5', 'null', '[1, 2]', '"text"', '""'];
        for (const value of values) {
            sender.send(`{"event":"client-value","channel":"${channel}","data":${value}}`);
            const { data } = await receiver.inbox.next('client-value');
            assert.equal(data, value.startsWith('"') ? JSON.parse(value) : value);
        }
        assert.deepEqual(await sender.ping(), []);
    });

    test('an event without data arrives with null', async () => {
        const { channels: [mine, theirs] } = await pair('private-whisper');
        assert.equal(mine.trigger('client-typing'), true);
        assert.deepEqual(await theirs.inbox.next(), { event: 'client-typing', data: null });
        const [sender, receiver] = [await rawConnect(server), await rawConnect(server)];
        for (const client of [sender, receiver]) await client.enter('private-bare');
        sender.send('{"event":"client-bare","channel":"private-bare"}');
        const { raw, ...frame } = await receiver.inbox.next();
        assert.deepEqual(frame, { event: 'client-bare', channel: 'private-bare', data: 'null' });
    });
});

suite('client events that must have data', (server) => {
    test('are refused without data, and delivered with null', async () => {
        const [sender, receiver] = [await rawConnect(server), await rawConnect(server)];
        for (const client of [sender, receiver]) await client.enter('private-strict');
        sender.send('{"event":"client-bare","channel":"private-strict"}');
        const [{ event, data: { code, message } }] = await sender.ping();
        assert.deepEqual([event, code], ['pusher:error', null]);
        assert.match(message, /must have data/);
        sender.send('{"event":"client-null","channel":"private-strict","data":null}');
        assert.equal((await receiver.inbox.next()).event, 'client-null');
    });
}, ['--apps', JSON.stringify([{ ...app, client_events_without_data: false }])]);

suite('client events switched off', (server) => {
    test('are refused', async () => {
        const client = await connect(server);
        const channel = await subscribe(client, 'private-quiet');
        channel.trigger('client-hello', {});
        assert.equal((await client.errors.next()).code, null);
    });
}, ['--apps', JSON.stringify([{ ...app, client_events: false }])]);
