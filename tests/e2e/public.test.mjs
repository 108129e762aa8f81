import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, rawConnect, sdk, subscribe } from './support/clients.mjs';
import { post } from './support/http.mjs';
import { suite } from './support/suite.mjs';

suite('public channels', (server) => {
    test('an event reaches every subscriber, in order', async () => {
        const channels = [];
        for (let i = 0; i < 8; ++i) channels.push(await subscribe(await connect(server), 'news'));
        for (let i = 0; i < 20; ++i) await sdk(server).trigger('news', `event-${i}`, { i });
        for (const channel of channels) {
            const seen = await channel.inbox.until('event-19');
            assert.deepEqual(seen.map(({ data }) => data.i), [...Array(20).keys()]);
        }
    });

    test('an event reaches its channel only', async () => {
        const client = await connect(server);
        const red = await subscribe(client, 'red');
        const blue = await subscribe(client, 'blue');
        await sdk(server).trigger('red', 'painted', 'red');
        await sdk(server).trigger('blue', 'painted', 'blue');
        await sdk(server).trigger(['red', 'blue'], 'marker', '');
        for (const [channel, name] of [[red, 'red'], [blue, 'blue']]) {
            assert.deepEqual(await channel.inbox.until('marker'), [
                { event: 'painted', data: name },
                { event: 'marker', data: '' },
            ]);
        }
    });

    test('one trigger reaches a hundred channels', async () => {
        const client = await connect(server);
        const names = Array.from({ length: 100 }, (_, i) => `many-${i}`);
        const channels = await Promise.all(names.map((name) => subscribe(client, name)));
        await sdk(server).trigger(names, 'all', { to: 'all' });
        for (const { inbox } of channels) {
            assert.deepEqual(await inbox.until('all'), [{ event: 'all', data: { to: 'all' } }]);
        }
        const tooMany = JSON.stringify({ name: 'all', channels: [...names, 'one-more'], data: '' });
        assert.equal((await post(server, '/apps/app-id/events', tooMany)).status, 400);
    });

    test('no event follows an unsubscribe, and a new subscription starts afresh', async () => {
        const client = await rawConnect(server);
        const witness = await subscribe(await connect(server), 'on-and-off');
        await client.subscribe('on-and-off');
        client.send({ event: 'pusher:unsubscribe', data: { channel: 'on-and-off' } });
        await client.ping();
        await sdk(server).trigger('on-and-off', 'missed', '');
        await witness.inbox.until('missed');
        client.send({ event: 'pusher:subscribe', data: { channel: 'on-and-off' } });
        const again = await client.inbox.until('pusher_internal:subscription_succeeded');
        assert.equal(again.length, 1);
        await sdk(server).trigger('on-and-off', 'marker', '');
        assert.equal((await client.inbox.until('marker')).length, 1);
    });

    test('an invalid channel name is refused and the connection stays open', async () => {
        const client = await connect(server);
        client.subscribe('no spaces, please');
        assert.equal((await client.errors.next()).code, null);
        await subscribe(client, 'good-name');
    });

    test('a trigger excludes the connection that caused it', async () => {
        const [own, other] = [await connect(server), await connect(server)];
        const [mine, theirs] = [await subscribe(own, 'board'), await subscribe(other, 'board')];
        const backend = sdk(server);
        await backend.trigger('board', 'moved', 1, { socket_id: own.connection.socket_id });
        await backend.trigger('board', 'marker', '');
        assert.deepEqual(await mine.inbox.until('marker'), [{ event: 'marker', data: '' }]);
        assert.deepEqual(await theirs.inbox.until('marker'), [
            { event: 'moved', data: 1 },
            { event: 'marker', data: '' },
        ]);
    });
});
