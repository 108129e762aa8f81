import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, query, rawConnect, sdk, subscribe } from './support/clients.mjs';
import { eventually } from './support/inbox.mjs';
import { suite } from './support/suite.mjs';

suite('REST queries', (server) => {
    const get = (path, params) => query(server, path, params);

    async function occupy(...names) {
        const client = await connect(server, { user: { user_id: 'ann' } });
        for (const name of names) await subscribe(client, name);
        return client;
    }

    test('lists occupied channels, all or by prefix', async () => {
        const client = await occupy('q-open', 'private-q', 'presence-q-1', 'presence-q-2');
        const { channels } = await get('/channels');
        for (const name of ['q-open', 'private-q', 'presence-q-1']) {
            assert.deepEqual(channels[name], {});
        }
        const params = { filter_by_prefix: 'presence-q-', info: 'user_count' };
        assert.deepEqual(await get('/channels', params), {
            channels: { 'presence-q-1': { user_count: 1 }, 'presence-q-2': { user_count: 1 } },
        });
        const none = await get('/channels', { filter_by_prefix: 'nothing-like-it' });
        assert.deepEqual(none, { channels: {} });
        client.unsubscribe('q-open');
        await eventually('it is not listed any more', async () => {
            const { channels: left } = await get('/channels', { filter_by_prefix: 'q-' });
            return Object.keys(left).length === 0;
        });
    });

    test('says whether a channel is occupied, and by how many users', async () => {
        await Promise.all([occupy('presence-c'), occupy('presence-c', 'c')]);
        assert.deepEqual(await get('/channels/c'), { occupied: true });
        assert.deepEqual(await get('/channels/empty'), { occupied: false });
        const info = { info: 'user_count' };
        for (const [name, expected] of [
            ['presence-c', { occupied: true, user_count: 1 }],
            ['presence-none', { occupied: false, user_count: 0 }],
        ]) {
            assert.deepEqual(await get(`/channels/${name}`, info), expected);
        }
    });

    test('lists the users of a presence channel', async () => {
        await occupy('presence-u');
        assert.deepEqual(await get('/channels/presence-u/users'), { users: [{ id: 'ann' }] });
        assert.deepEqual(await get('/channels/presence-none/users'), { users: [] });
    });

    test('lists users with their infos if asked, as soketi does', async () => {
        const [ann, bob] = [await rawConnect(server), await rawConnect(server)];
        await ann.enter('presence-w', { user_id: 'ann', user_info: { name: 'Zoë "Z"', n: [1] } });
        await bob.enter('presence-w', { user_id: 'bob' });
        const list = async (params) => {
            const { users } = await get('/channels/presence-w/users', params);
            return users.sort(({ id: a }, { id: b }) => (a < b ? -1 : 1));
        };
        assert.deepEqual(await list({ with_user_info: '1' }),
            [{ id: 'ann', user_info: { name: 'Zoë "Z"', n: [1] } }, { id: 'bob' }]);
        for (const params of [{}, { with_user_info: '0' }]) {
            assert.deepEqual(await list(params), [{ id: 'ann' }, { id: 'bob' }]);
        }
    });

    test('counts the connections of the app on all nodes, as Reverb does', async () => {
        const counted = (expected) => eventually(`${expected} connections`, async () => {
            const counts = await Promise.all(server.nodes.map((node) => query(node, '/connections')));
            return counts.every(({ connections }) => connections === expected);
        });
        await counted(0);
        const clients = await Promise.all(
            Array.from({ length: 5 }, (_, n) => rawConnect(server.nodes[n % server.nodes.length])));
        await counted(5);
        assert.deepEqual(await query(server.one, '/connections'), { connections: 5 });
        for (const client of clients.slice(0, 3)) client.drop();
        await counted(2);
    });

    test('answers a trigger that asks for info', async () => {
        await occupy('presence-i', 'i');
        const info = { info: 'user_count' };
        const response = await sdk(server).trigger(['presence-i', 'i'], 'e', '', info);
        const channels = { 'presence-i': { user_count: 1 }, i: {} };
        assert.deepEqual(await response.json(), { channels });
        assert.deepEqual(await (await sdk(server).trigger('i', 'e', '')).json(), {});
    });

    test('refuses invalid queries', async () => {
        await assert.rejects(get('/channels', { info: 'user_count' }), { status: 400 });
        await assert.rejects(get('/channels', { info: 'weather' }), { status: 400 });
        await assert.rejects(get('/channels/c', { info: 'user_count' }), { status: 400 });
        await assert.rejects(get('/channels/c/users'), { status: 400 });
    });

    test('refuses wrong credentials', async () => {
        const refused = async (credentials, status) => {
            const backend = sdk(server, credentials);
            await assert.rejects(backend.get({ path: '/channels' }), { status });
            await assert.rejects(backend.trigger('c', 'e', ''), { status });
        };
        await refused({ secret: 'guessed' }, 401);
        await refused({ key: 'unknown' }, 401);
        await refused({ appId: '999' }, 404);
        const guessing = sdk(server, { secret: 'guessed' });
        await assert.rejects(guessing.trigger('c', 'e', ''), ({ body }) => {
            assert.match(body, /^Invalid signature/);
            return !body.includes('app-secret');
        });
    });
});
