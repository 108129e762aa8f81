import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, query, rawConnect, sdk, subscribe } from './support/clients.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';

const counted = 'pusher_internal:subscription_count';
const succeeded = 'pusher_internal:subscription_succeeded';

const count = async (client) => JSON.parse((await client.inbox.next(counted)).data);
const info = { info: 'subscription_count' };

async function subscriber(server, channel, member) {
    const client = await rawConnect(server);
    await client.enter(channel, member);
    return client;
}

/** Takes frames up to the count that is `wanted`. Returns all counts on the way. */
async function countsUntil(client, wanted) {
    const isWanted = ({ event, data }) => {
        return event === counted && JSON.parse(data).subscription_count === wanted;
    };
    const frames = await client.inbox.until(isWanted);
    const counts = frames.filter(({ event }) => event === counted);
    return counts.map(({ data }) => JSON.parse(data).subscription_count);
}

suite('subscription counts', (server) => {
    test('follow each subscribe, unsubscribe and disconnect', async () => {
        const channel = 'room';
        const first = await subscriber(server, channel);
        assert.deepEqual(await count(first), { subscription_count: 1 });
        const second = await subscriber(server, channel);
        const third = await subscriber(server, channel);
        const coming = await countsUntil(first, 3);
        assert.ok(coming.length <= 2, `${coming}`);
        second.leave(channel);
        assert.deepEqual(await countsUntil(first, 2), [2]);
        third.drop();
        assert.deepEqual(await countsUntil(first, 1), [1]);
        await second.enter(channel);
        assert.deepEqual(await countsUntil(first, 2), [2]);
    });

    test('many changes at once cost subscribers a few counts, and the last is exact', async () => {
        const channel = 'busy';
        const first = await subscriber(server, channel);
        const [flapping, last] = [await rawConnect(server), await rawConnect(server)];
        const begin = performance.now();
        for (let n = 0; n < 100; ++n) {
            flapping.join(channel);
            flapping.leave(channel);
        }
        await flapping.enter(channel);
        await last.enter(channel);
        const counts = await countsUntil(first, 3);
        // At once, every 100 ms, and one of before.
        const allowed = 2 + (performance.now() - begin) / 100;
        assert.ok(counts.length <= allowed, `${counts.length} counts, at most ${allowed}`);
    });

    test('pusher-js passes them to the page', async () => {
        const { inbox } = await subscribe(await connect(server), 'private-page');
        const told = await inbox.next('pusher:subscription_count');
        assert.deepEqual(told.data, { subscription_count: 1 });
    });

    test('a new subscriber receives success, then the cached event, then the count', async () => {
        const channel = 'private-cache-room';
        await sdk(server).trigger(channel, 'last', '');
        const client = await rawConnect(server);
        client.join(channel);
        const frames = await client.inbox.until(counted);
        assert.deepEqual(frames.map(({ event }) => event), [succeeded, 'last', counted]);
        const { raw, ...frame } = frames[2];
        assert.deepEqual(frame, { event: counted, channel, data: '{"subscription_count":1}' });
    });

    test('are sent on public, private and encrypted channels, cached or not', async () => {
        const kinds = ['', 'private-', 'private-encrypted-'];
        for (const kind of kinds.flatMap((prefix) => [prefix, `${prefix}cache-`])) {
            const client = await subscriber(server, `${kind}kinds`);
            assert.deepEqual(await count(client), { subscription_count: 1 }, kind);
        }
    });

    test('are not sent on presence channels', async () => {
        for (const channel of ['presence-quiet', 'presence-cache-quiet']) {
            const ann = await subscriber(server, channel, { user_id: 'ann' });
            const bob = await subscriber(server, channel, { user_id: 'bob' });
            bob.leave(channel);
            const frames = await ann.inbox.until('pusher_internal:member_removed');
            await sdk(server).trigger(channel, 'marker', '');
            frames.push(...await ann.inbox.until('marker'));
            assert.ok(frames.every(({ event }) => event !== counted), channel);
        }
    });

    test('are not sent on the channel of a user', async () => {
        const client = await rawConnect(server);
        client.signIn({ id: 'ann' });
        await client.inbox.next('pusher:signin_success');
        await client.enter('#server-to-user-ann');
        await sdk(server).sendToUser('ann', 'marker', '');
        assert.equal((await client.inbox.next()).event, 'marker');
    });

    test('a second subscribe changes nothing', async () => {
        const client = await subscriber(server, 'twice');
        await client.inbox.next(counted);
        await client.enter('twice');
        await sdk(server).trigger('twice', 'marker', '');
        assert.equal((await client.inbox.next()).event, 'marker');
    });

    test('are rare above a hundred subscribers, and the last one is exact', async () => {
        const channel = 'crowd';
        const first = await subscriber(server, channel);
        const join = async () => subscriber(server, channel);
        const others = await Promise.all(Array.from({ length: 149 }, join));
        const coming = await countsUntil(first, 150);
        const [few, many] = [coming.filter((n) => n <= 100), coming.filter((n) => n > 100)];
        assert.deepEqual(few, [...few].sort((a, b) => a - b));
        assert.ok(many.length <= 10, `${many}`);

        for (const client of others.splice(0, 30)) client.drop();
        const going = await countsUntil(first, 120);
        assert.ok(going.length <= 10, `${going}`);
        for (const client of others.splice(0, 29)) client.leave(channel);
        // At a hundred and below the last is told without a delay of seconds.
        const leaving = (await countsUntil(first, 91)).filter((n) => n <= 100);
        assert.deepEqual(leaving, [...leaving].sort((a, b) => b - a));
    });

    test('REST returns them on request, on presence channels, too', async () => {
        for (const name of ['asked', 'asked', 'private-asked']) await subscriber(server, name);
        for (const user_id of ['ann', 'ann', 'bob']) {
            await subscriber(server, 'presence-asked', { user_id });
        }
        const names = ['asked', 'private-asked', 'presence-asked', 'nobody-there'];
        const [two, one, three, none] = [2, 1, 3, 0].map((n) => ({ subscription_count: n }));
        const channels = Object.fromEntries(names.map((name, n) => {
            return [name, [two, one, three, none][n]];
        }));
        const triggered = await sdk(server).trigger(names, 'e', '', info);
        assert.deepEqual(await triggered.json(), { channels });

        const both = { info: 'user_count,subscription_count' };
        const mixed = await sdk(server).trigger(names, 'e', '', both);
        const withUsers = { ...channels, 'presence-asked': { user_count: 2, ...three } };
        assert.deepEqual(await mixed.json(), { channels: withUsers });

        const batch = await sdk(server).triggerBatch([
            { channel: 'asked', name: 'e', data: '', ...info },
            { channel: 'asked', name: 'e', data: '' },
            { channel: 'presence-asked', name: 'e', data: '', ...both },
        ]);
        assert.deepEqual(await batch.json(), { batch: [two, {}, { user_count: 2, ...three }] });
    });

    test('REST returns them for one channel and in a list', async () => {
        await subscriber(server, 'listed-1');
        await subscriber(server, 'listed-1');
        await subscriber(server, 'listed-2');
        assert.deepEqual(await query(server, '/channels/listed-1', info),
            { occupied: true, subscription_count: 2 });
        assert.deepEqual(await query(server, '/channels/nobody-there', info),
            { occupied: false, subscription_count: 0 });
        await subscriber(server, 'presence-listed', { user_id: 'ann' });
        const byPrefix = { ...info, filter_by_prefix: 'listed-' };
        assert.deepEqual(await query(server, '/channels', byPrefix), {
            channels: {
                'listed-1': { subscription_count: 2 }, 'listed-2': { subscription_count: 1 },
            },
        });
        const both = { info: 'subscription_count,user_count' };
        const params = { ...both, filter_by_prefix: 'presence-listed' };
        assert.deepEqual(await query(server, '/channels', params),
            { channels: { 'presence-listed': { user_count: 1, subscription_count: 1 } } });
    });
}, ['--apps', JSON.stringify([{ ...app, subscription_count: true }])]);

suite('subscription counts, disabled by default', (server) => {
    test('are not sent, and REST omits them', async () => {
        const client = await subscriber(server, 'room');
        await subscriber(server, 'room');
        const triggered = await sdk(server).trigger('room', 'marker', '', info);
        assert.deepEqual(await triggered.json(), { channels: { room: {} } });
        assert.equal((await client.inbox.next()).event, 'marker');
        assert.deepEqual(await query(server, '/channels/room', info), { occupied: true });
        assert.deepEqual(await query(server, '/channels', info), { channels: { room: {} } });
    });
});
