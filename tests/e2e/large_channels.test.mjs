import assert from 'node:assert/strict';
import { test } from 'node:test';

import { query, rawConnect, sdk } from './support/clients.mjs';
import { eventually } from './support/inbox.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';

const added = 'pusher_internal:member_added';
const removed = 'pusher_internal:member_removed';
const names = (items) => items.map(({ event }) => event);

/**
 * A client that keeps the member list of one presence channel as a page would: from success, and
 * from what comes after it. What makes no sense to a page goes to `wrong`.
 */
async function member(server, channel, user_id, user_info) {
    const client = await rawConnect(server);
    Object.assign(client, { channel, user: { user_id, user_info }, members: null, wrong: [] });
    const on = {
        'pusher_internal:subscription_succeeded': ({ presence }) => {
            client.members = new Map(Object.entries(presence.hash));
            if (presence.count !== client.members.size) client.wrong.push('count');
        },
        [added]: ({ user_id: id, user_info: info = null }) => {
            if (client.members === null || client.members.has(id)) client.wrong.push(`+${id}`);
            client.members?.set(id, info);
        },
        [removed]: ({ user_id: id }) => {
            if (!client.members?.delete(id)) client.wrong.push(`-${id}`);
        },
    };
    client.socket.on('message', (bytes) => {
        const { event, channel: of, data } = JSON.parse(bytes);
        if (of === channel) on[event]?.(JSON.parse(data));
    });
    return client;
}

const enter = (client) => client.enter(client.channel, client.user);

const hop = (client) => client.rejoin(client.channel, client.user);

const list = ({ members }) => [...(members?.keys() ?? [])].sort().join();

/** Waits until all clients see exactly these members, and nobody has been told nonsense. */
async function allSee(clients, ids) {
    const expected = [...ids].sort().join();
    await eventually(`all see ${expected.slice(0, 100)}`, () => {
        return clients.every((client) => list(client) === expected);
    });
    for (const { user, wrong } of clients) assert.deepEqual(wrong, [], user.user_id);
}

suite('large presence channels', (server) => {
    const users = async (channel) => {
        const answer = await query(server, `/channels/${channel}/users`);
        return answer.users.map(({ id }) => id).sort();
    };

    test('300 members join and leave, and all have the same list', async () => {
        const channel = 'presence-crowd';
        const ids = Array.from({ length: 300 }, (_, n) => `u${n}`);
        const clients = await Promise.all(ids.map((id) => member(server, channel, id, { id })));
        await Promise.all(clients.map(enter));
        await allSee(clients, ids);
        assert.deepEqual(clients[0].members.get('u7'), { id: 'u7' });
        assert.deepEqual(await users(channel), [...ids].sort());

        // All at the same time: some unsubscribe, some drop, some come back in the same breath,
        // some bring a second connection.
        const doubled = ids.slice(200, 220);
        const second = await Promise.all(doubled.map((id) => member(server, channel, id)));
        for (const client of clients.slice(0, 60)) client.leave(channel);
        for (const client of clients.slice(60, 120)) client.drop();
        for (const client of clients.slice(120, 160)) hop(client);
        await Promise.all(second.map(enter));
        for (const client of clients.slice(200, 210)) client.leave(channel);
        const here = [...clients.slice(120, 200), ...clients.slice(210), ...second];
        await allSee(here, ids.slice(120));
        assert.deepEqual(await users(channel), ids.slice(120).sort());

        for (const client of here.splice(1)) client.leave(channel);
        await allSee(here, ['u120']);
        await Promise.all(clients.slice(0, 60).map(enter));
        await allSee([...here, ...clients.slice(0, 60)], ['u120', ...ids.slice(0, 60)]);
    });

    test('a member that leaves and rejoins in quick succession is present in the end', async () => {
        const channel = 'presence-hop';
        const watchers = [await member(server, channel, 'w1'), await member(server, channel, 'w2')];
        const hopper = await member(server, channel, 'hopper');
        for (const client of [...watchers, hopper]) await enter(client);
        for (let n = 0; n < 49; ++n) hop(hopper);
        hopper.user.user_info = { hop: 'last' };
        hop(hopper);
        // A pong would only say that the edge has read it; the channel's home is another shard.
        await eventually('the last hop is in', () => {
            return hopper.members?.get('hopper')?.hop === 'last';
        });
        await sdk(server).trigger(channel, 'marker', '');
        for (const client of [...watchers, hopper]) {
            const events = names(await client.inbox.until('marker'));
            const news = events.filter((event) => event === added || event === removed);
            assert.ok(client === hopper || news.length > 0);
        }
        await allSee([...watchers, hopper], ['w1', 'w2', 'hopper']);
        assert.deepEqual(await users(channel), ['hopper', 'w1', 'w2']);
    });

    test('one connection of a user leaves while another one joins', async () => {
        const channel = 'presence-relay';
        const watchers = [await member(server, channel, 'w1'), await member(server, channel, 'w2')];
        const runners = [await member(server, channel, 'r'), await member(server, channel, 'r')];
        for (const client of [...watchers, runners[0]]) await enter(client);
        for (let n = 0; n < 50; ++n) {
            const [from, to] = [runners[n % 2], runners[(n + 1) % 2]];
            from.members = null;
            from.leave(channel);
            await enter(to);
        }
        await allSee([...watchers, runners[0]], ['w1', 'w2', 'r']);
        for (const client of runners) client.leave(channel);
        await allSee(watchers, ['w1', 'w2']);
        assert.deepEqual(await users(channel), ['w1', 'w2']);
    });

    test('the info of the first connection holds until the last has left', async () => {
        const channel = 'presence-info';
        const watcher = await member(server, channel, 'w');
        await enter(watcher);
        const tabs = [];
        for (const tab of [1, 2]) {
            tabs.push(await member(server, channel, 'ann', { tab }));
            await enter(tabs.at(-1));
        }
        const infoForNewcomer = async (id) => {
            const newcomer = await member(server, channel, id);
            await enter(newcomer);
            return newcomer.members.get('ann');
        };
        assert.deepEqual(await infoForNewcomer('n1'), { tab: 1 });
        tabs[0].leave(channel);
        await tabs[0].ping();
        assert.deepEqual(await infoForNewcomer('n2'), { tab: 1 });
        assert.deepEqual(tabs[1].members.get('ann'), { tab: 1 });

        tabs[1].leave(channel);
        await watcher.inbox.next(removed);
        await enter(tabs[1]);
        assert.deepEqual(await infoForNewcomer('n3'), { tab: 2 });
        await allSee([watcher, tabs[1]], ['w', 'ann', 'n1', 'n2', 'n3']);
        assert.deepEqual(watcher.members.get('ann'), { tab: 2 });
    });
}, ['--apps', JSON.stringify([{ ...app, limits: { max_presence_members: 1000 } }])]);
