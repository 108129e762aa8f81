import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, rawConnect, sdk, signIn } from './support/clients.mjs';
import { Inbox } from './support/inbox.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';

const success = 'pusher:signin_success';
const succeeded = 'pusher_internal:subscription_succeeded';
const watched = 'pusher_internal:watchlist_events';
const names = (items) => items.map(({ event }) => event);

/** The next frame of watchlist events, as { online: […], offline: […] }. */
async function news(client) {
    const { events } = JSON.parse((await client.inbox.next(watched)).data);
    return Object.fromEntries(events.map(({ name, user_ids }) => [name, user_ids.sort()]));
}

async function signedIn(server, id, watchlist) {
    const client = await rawConnect(server);
    client.signIn({ id, watchlist });
    await client.inbox.next(success);
    return client;
}

/** Somebody who watches, and has been told how things stand. */
async function watcher(server, id, watchlist) {
    const client = await signedIn(server, id, watchlist);
    return { client, state: await news(client) };
}

/** Proves that nothing is on its way to a watcher: what came before the marker. */
async function before(server, client, id) {
    client.join(`#server-to-user-${id}`);
    const frames = await client.inbox.until(succeeded);
    await sdk(server).sendToUser(id, 'marker', '');
    frames.push(...await client.inbox.until('marker'));
    return frames.filter(({ event }) => event !== succeeded && event !== 'marker');
}

suite('watchlists', (server) => {
    test('pusher-js passes online and offline to the page', async () => {
        await signedIn(server, 'js-there');
        const page = await connect(server, {
            account: { id: 'js-page', watchlist: ['js-there', 'js-friend'] },
        });
        const told = new Inbox('watchlist');
        for (const event of ['online', 'offline']) {
            page.user.watchlist.bind(event, ({ user_ids }) => told.push({ event, user_ids }));
        }
        await signIn(page);
        assert.deepEqual(await told.next(), { event: 'online', user_ids: ['js-there'] });
        assert.deepEqual(await told.next(), { event: 'offline', user_ids: ['js-friend'] });

        const friend = await connect(server, { account: { id: 'js-friend' } });
        await signIn(friend);
        assert.deepEqual(await told.next(), { event: 'online', user_ids: ['js-friend'] });
        friend.disconnect();
        assert.deepEqual(await told.next(), { event: 'offline', user_ids: ['js-friend'] });
    });

    test('success is sent first, then one frame with the state of all', async () => {
        await signedIn(server, 'st-on-1');
        await signedIn(server, 'st-on-2');
        const client = await rawConnect(server);
        client.signIn({ id: 'st', watchlist: ['st-off-2', 'st-on-1', 'st-off-1', 'st-on-2'] });
        assert.equal((await client.inbox.next()).event, success);
        const { raw, event, data, ...more } = await client.inbox.next();
        assert.deepEqual([event, more], [watched, {}]);
        const { events, ...rest } = JSON.parse(data);
        assert.deepEqual(rest, {});
        assert.deepEqual(events.map(({ name }) => name).sort(), ['offline', 'online']);
        for (const { name, user_ids, ...nothing } of events) {
            const expected = name === 'online' ? ['st-on-1', 'st-on-2'] : ['st-off-1', 'st-off-2'];
            assert.deepEqual([user_ids.sort(), nothing], [expected, {}]);
        }
    });

    test('an empty side is omitted', async () => {
        const { client, state } = await watcher(server, 'side', ['side-a']);
        assert.deepEqual(state, { offline: ['side-a'] });
        const friend = await signedIn(server, 'side-a');
        assert.deepEqual(await news(client), { online: ['side-a'] });
        friend.drop();
        assert.deepEqual(await news(client), { offline: ['side-a'] });
    });

    test('a user goes online with the first and offline with the last connection', async () => {
        const { client } = await watcher(server, 'many', ['many-a']);
        const connections = [];
        for (let n = 0; n < 6; ++n) connections.push(await signedIn(server, 'many-a'));
        assert.deepEqual(await news(client), { online: ['many-a'] });
        for (const connection of connections.slice(1)) {
            connection.socket.close();
            await connection.inbox.next('close');
        }
        // Whoever asks now is told what the user's home thinks after all that.
        const { state } = await watcher(server, 'many-2', ['many-a']);
        assert.deepEqual(state, { online: ['many-a'] });
        assert.deepEqual(await before(server, client, 'many'), []);
        connections[0].drop();
        assert.deepEqual(await news(client), { offline: ['many-a'] });
    });

    test('a user goes offline when cut off, closed or terminated', async () => {
        const { client } = await watcher(server, 'ends', ['ends-a']);
        for (const end of [
            (friend) => friend.socket._socket.resetAndDestroy(),
            (friend) => friend.socket.close(),
            () => sdk(server).terminateUserConnections('ends-a'),
        ]) {
            const friend = await signedIn(server, 'ends-a');
            assert.deepEqual(await news(client), { online: ['ends-a'] });
            await end(friend);
            assert.deepEqual(await news(client), { offline: ['ends-a'] });
        }
    });

    test('being in a presence channel is not being online', async () => {
        const { client } = await watcher(server, 'pres', ['pres-a']);
        const member = await rawConnect(server);
        await member.enter('presence-room', { user_id: 'pres-a' });
        assert.deepEqual(await before(server, client, 'pres'), []);
    });

    test('all connections of a watcher are notified, and no others', async () => {
        const { client: first } = await watcher(server, 'team', ['team-a']);
        const { client: second } = await watcher(server, 'team', ['team-a']);
        const other = await signedIn(server, 'team-other');
        await signedIn(server, 'team-a');
        for (const client of [first, second]) {
            assert.deepEqual(await news(client), { online: ['team-a'] });
        }
        assert.deepEqual(await before(server, other, 'team-other'), []);
    });

    test('a user that watches itself is reported online', async () => {
        const { state } = await watcher(server, 'self', ['self']);
        assert.deepEqual(state, { online: ['self'] });
    });

    test('no frame is sent without a watchlist, or for an empty one', async () => {
        for (const watchlist of [undefined, null, []]) {
            const client = await signedIn(server, 'none', watchlist);
            assert.deepEqual(await before(server, client, 'none'), []);
        }
    });

    test('above a hundred ids the first hundred are used, with error 4302', async () => {
        const ids = Array.from({ length: 101 }, (_, n) => `long-${n}`);
        const client = await rawConnect(server);
        client.signIn({ id: 'long', watchlist: ids });
        const frames = await client.inbox.until(watched);
        assert.deepEqual(names(frames), [success, 'pusher:error', watched]);
        assert.equal(frames[1].data.code, 4302);
        assert.equal(typeof frames[1].data.message, 'string');
        const [{ name, user_ids }] = JSON.parse(frames[2].data).events;
        assert.deepEqual([name, user_ids.sort()], ['offline', ids.slice(0, 100).sort()]);
        await signedIn(server, 'long-100');
        assert.deepEqual(await before(server, client, 'long'), []);
        await signedIn(server, 'long-99');
        assert.deepEqual(await news(client), { online: ['long-99'] });
    });

    test('a hundred ids are no error', async () => {
        const ids = Array.from({ length: 100 }, (_, n) => `full-${n}`);
        const { state } = await watcher(server, 'full', ids);
        assert.deepEqual(state, { offline: ids.sort() });
    });

    test('simultaneous changes share a frame', async () => {
        const ids = Array.from({ length: 50 }, (_, n) => `burst-${n}`);
        const { client } = await watcher(server, 'burst', ids);
        const friends = await Promise.all(ids.map(() => rawConnect(server)));
        /** Counts the frames, and collects the ids, that come of what they all do at once. */
        const tellOf = async (side, act) => {
            server.child.kill('SIGSTOP');
            friends.forEach(act);
            server.child.kill('SIGCONT');
            const told = [];
            let frames = 0;
            for (; told.length < ids.length; ++frames) {
                const { [side]: more, ...other } = await news(client);
                assert.deepEqual(other, {});
                told.push(...more);
            }
            return { frames, told: told.sort() };
        };
        for (const [side, act] of [
            ['online', (friend, n) => friend.signIn({ id: ids[n] })],
            ['offline', (friend) => friend.drop()],
        ]) {
            const { frames, told } = await tellOf(side, act);
            assert.deepEqual(told, [...ids].sort());
            assert.ok(frames < ids.length, `${frames} frames`);
        }
    });

    test('a second sign-in replaces the watchlist', async () => {
        const stays = await signedIn(server, 'anew-b');
        const { client, state } = await watcher(server, 'anew', ['anew-a', 'anew-b']);
        assert.deepEqual(state, { online: ['anew-b'], offline: ['anew-a'] });
        client.signIn({ id: 'anew', watchlist: ['anew-b', 'anew-c'] });
        await client.inbox.next(success);
        assert.deepEqual(await news(client), { online: ['anew-b'], offline: ['anew-c'] });
        await signedIn(server, 'anew-a');
        await signedIn(server, 'anew-c');
        assert.deepEqual(await news(client), { online: ['anew-c'] });
        stays.drop();
        assert.deepEqual(await news(client), { offline: ['anew-b'] });
        client.signIn({ id: 'anew' });
        await client.inbox.next(success);
        await signedIn(server, 'anew-b');
        assert.deepEqual(await before(server, client, 'anew'), []);
    });
});

suite('watchlists of an app that allows two ids', (server) => {
    test('are cut to two', async () => {
        const client = await rawConnect(server);
        client.signIn({ id: 'ann', watchlist: ['a', 'b', 'c'] });
        assert.equal((await client.inbox.next('pusher:error')).data.code, 4302);
        assert.deepEqual(await news(client), { offline: ['a', 'b'] });
    });
}, ['--apps', JSON.stringify([{ ...app, limits: { max_watched_users: 2 } }])]);

suite('watchlists, disabled', (server) => {
    test('are not reported, and the sign-in succeeds', async () => {
        const ids = Array.from({ length: 101 }, (_, n) => `u${n}`);
        const client = await signedIn(server, 'ann', ids);
        await signedIn(server, 'u1');
        assert.deepEqual(await before(server, client, 'ann'), []);
    });
}, ['--apps', JSON.stringify([{ ...app, watchlist_events: false }])]);
