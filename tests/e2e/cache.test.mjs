import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, join, query, rawConnect, sdk, vacated } from './support/clients.mjs';
import { eventually } from './support/inbox.mjs';
import { suite, withServer } from './support/suite.mjs';

const kinds = ['cache-', 'private-cache-', 'private-encrypted-cache-', 'presence-cache-'];
const succeeded = 'pusher_internal:subscription_succeeded';

/** A member for a presence channel, nobody for another. */
const memberOf = (channel, user_id = 'ann') => {
    return channel.startsWith('presence-') ? { user_id } : undefined;
};

const trigger = (server, channel, name, data = '', params) => {
    // Encrypted or not is all the same to the server: this is what the SDK posts in the end.
    const body = { name, channels: [channel], data, ...params };
    return sdk(server).post({ path: '/events', body });
};

const kept = async (server, channel) => {
    return (await query(server, `/channels/${channel}`, { info: 'cache' })).cache;
};

/** What a newcomer is told right after success, as [event, data]. */
async function seenByNewcomer(server, channel) {
    const client = await rawConnect(server);
    await client.enter(channel, memberOf(channel, 'newcomer'));
    const { event, data } = await client.inbox.next();
    return [event, data];
}

suite('cache channels', (server) => {
    for (const kind of kinds) {
        test(`${kind}…: the last event follows success at once`, async () => {
            const channel = `${kind}hit`;
            await trigger(server, channel, 'price', 'old');
            await trigger(server, channel, 'price', '{"eur":9007199254740993}');
            const client = await rawConnect(server);
            client.join(channel, memberOf(channel));
            const first = await client.inbox.next();
            assert.deepEqual([first.event, first.channel], [succeeded, channel]);
            const { raw, ...cached } = await client.inbox.next();
            const data = '{"eur":9007199254740993}';
            assert.deepEqual(cached, { event: 'price', channel, data });
        });

        test(`${kind}…: when there is none, a miss does`, async () => {
            const channel = `${kind}miss`;
            const client = await rawConnect(server);
            client.join(channel, memberOf(channel));
            assert.equal((await client.inbox.next()).event, succeeded);
            const { raw, ...miss } = await client.inbox.next();
            assert.deepEqual(miss, { event: 'pusher:cache_miss', channel, data: '{}' });
        });
    }

    test('pusher-js passes the last event, or a miss, to the page', async () => {
        const page = await connect(server);
        await sdk(server).trigger('cache-page', 'price', { eur: 5 });
        const hit = join(page, 'cache-page');
        const seen = await hit.inbox.until('price');
        assert.deepEqual(seen.map(({ event }) => event),
            ['pusher:subscription_succeeded', 'price']);
        assert.deepEqual(seen[1].data, { eur: 5 });
        await join(page, 'cache-empty').inbox.until('pusher:cache_miss');
    });

    test('only the new subscriber receives it', async () => {
        const early = await rawConnect(server);
        await trigger(server, 'cache-once', 'price', '1');
        await early.enter('cache-once');
        await early.inbox.next('price');
        assert.deepEqual(await seenByNewcomer(server, 'cache-once'), ['price', '1']);
        await trigger(server, 'cache-once', 'marker');
        assert.equal((await early.inbox.next()).event, 'marker');
    });

    test('it is delivered before the others receive member_added', async () => {
        const channel = 'presence-cache-room';
        const host = await rawConnect(server);
        await trigger(server, channel, 'topic', 'tea');
        await host.enter(channel, { user_id: 'host' });
        const guest = await rawConnect(server);
        guest.join(channel, { user_id: 'guest' });
        const success = JSON.parse((await guest.inbox.next(succeeded)).data);
        assert.deepEqual(success.presence.ids.sort(), ['guest', 'host']);
        assert.equal((await guest.inbox.next()).event, 'topic');
        await host.inbox.until('pusher_internal:member_added');
    });

    test('client events are delivered, but not cached', async () => {
        const channel = 'private-cache-pad';
        const [own, other] = [await rawConnect(server), await rawConnect(server)];
        await trigger(server, channel, 'drawn', 'by REST');
        for (const client of [own, other]) await client.enter(channel);
        own.send({ event: 'client-drawn', channel, data: 'by a client' });
        assert.equal((await other.inbox.next('client-drawn')).data, 'by a client');
        assert.deepEqual(await seenByNewcomer(server, channel), ['drawn', 'by REST']);
    });

    test('an event that REST publishes with a client- name is cached', async () => {
        await trigger(server, 'cache-client-name', 'client-drawn', '1');
        const seen = await seenByNewcomer(server, 'cache-client-name');
        assert.deepEqual(seen, ['client-drawn', '1']);
    });

    test('an event that excludes its sender is cached, for the sender, too', async () => {
        const own = await rawConnect(server);
        await own.enter('cache-own');
        await own.inbox.next('pusher:cache_miss');
        await trigger(server, 'cache-own', 'mine', '1', { socket_id: own.socketId });
        own.leave('cache-own');
        await own.enter('cache-own');
        assert.equal((await own.inbox.next()).event, 'mine');
    });

    test('an event is cached without any subscriber', async () => {
        await trigger(server, 'cache-alone', 'price', '1');
        for (let i = 0; i < 2; ++i) {
            const client = await rawConnect(server);
            await client.enter('cache-alone');
            assert.equal((await client.inbox.next()).event, 'price');
            client.leave('cache-alone');
            await vacated(server, 'cache-alone');
        }
    });

    test('a repeated subscribe succeeds again, without the cached event', async () => {
        await trigger(server, 'cache-twice', 'price', '1');
        const client = await rawConnect(server);
        client.join('cache-twice');
        client.join('cache-twice');
        const until = (event) => client.inbox.until(event);
        const frames = [...await until(succeeded), ...await until(succeeded)];
        await trigger(server, 'cache-twice', 'marker');
        const events = [...frames, ...await until('marker')].map(({ event }) => event);
        assert.deepEqual(events, [succeeded, 'price', succeeded, 'marker']);
    });

    test('the prefix counts only where it begins a name', async () => {
        for (const channel of ['my-cache-1', 'private-my-cache-1', 'presence-my-cache-1']) {
            await trigger(server, channel, 'price', '1');
            const client = await rawConnect(server);
            await client.enter(channel, memberOf(channel));
            await trigger(server, channel, 'marker');
            assert.equal((await client.inbox.next()).event, 'marker', channel);
            const asked = query(server, `/channels/${channel}`, { info: 'cache' });
            await assert.rejects(asked, { status: 400 });
        }
    });

    test('after a trigger to several channels, and a batch, each channel has its last event', async () => {
        const names = ['cache-m1', 'cache-m2', 'plain-m3'];
        await sdk(server).trigger(names, 'all', '1');
        for (const name of names.slice(0, 2)) {
            assert.deepEqual(await seenByNewcomer(server, name), ['all', '1']);
        }
        await sdk(server).triggerBatch([
            { channel: 'cache-m1', name: 'b', data: '2' },
            { channel: 'cache-m2', name: 'b', data: '3' },
            { channel: 'cache-m1', name: 'b', data: '4' },
        ]);
        assert.deepEqual(await seenByNewcomer(server, 'cache-m1'), ['b', '4']);
        assert.deepEqual(await seenByNewcomer(server, 'cache-m2'), ['b', '3']);
    });

    test('REST returns the cached event and its TTL', async () => {
        const path = '/channels/cache-asked';
        const info = { info: 'cache' };
        assert.deepEqual(await query(server, path, info), { occupied: false, cache: null });
        await trigger(server, 'cache-asked', 'price', '{"eur": 5.0}');
        const { occupied, cache, ...more } = await query(server, path, info);
        assert.deepEqual([occupied, cache.data, more], [false, '{"eur": 5.0}', {}]);
        assert.ok(Number.isInteger(cache.ttl) && cache.ttl > 0 && cache.ttl <= 1800, cache.ttl);
        assert.deepEqual(await query(server, path), { occupied: false });
    });
});

suite('a cache that forgets after a second', (server) => {
    test('an expired event is a miss, for a new subscriber and over REST', async () => {
        await trigger(server, 'cache-short', 'price', '1');
        const isGone = async () => (await kept(server, 'cache-short')) === null;
        await eventually('it has expired', isGone);
        const seen = await seenByNewcomer(server, 'cache-short');
        assert.deepEqual(seen, ['pusher:cache_miss', '{}']);
        await trigger(server, 'cache-short', 'price', '2');
        assert.deepEqual(await seenByNewcomer(server, 'cache-short'), ['price', '2']);
    });
}, ['--limits.cache-ttl-seconds', '1']);

test('a full cache forgets the oldest events first', { timeout: 60_000 }, async () => {
    // Room for three. It is shared out over the shards, so there is one.
    const args = ['--shards', '1', '--limits.max-cache-bytes', '35000'];
    await withServer(args, async (server) => {
        const data = 'x'.repeat(10_000);
        // The first is published anew, so that the second is the oldest when the fourth comes.
        for (const n of [1, 2, 3, 1, 4]) await trigger(server, `cache-${n}`, 'e', data);
        const isKept = [];
        for (const n of [1, 2, 3, 4]) isKept.push((await kept(server, `cache-${n}`)) !== null);
        assert.deepEqual(isKept, [true, false, true, true]);
        assert.equal((await seenByNewcomer(server, 'cache-2'))[0], 'pusher:cache_miss');
        assert.deepEqual(await seenByNewcomer(server, 'cache-1'), ['e', data]);
    });
});
