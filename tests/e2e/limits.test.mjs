import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
    RawClient, connect, pusherClient, query, rawConnect, sdk, subscribe,
} from './support/clients.mjs';
import { HttpConnection, post, signed } from './support/http.mjs';
import { eventually } from './support/inbox.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';

const other = { id: 'other-id', key: 'other-key', secret: 'other-secret' };
const otherPath = `/app/${other.key}?protocol=7`;
const events = '/apps/app-id/events';

const names = (items) => items.map(({ event }) => event);
const apps = (...list) => ['--apps', JSON.stringify(list)];

/** Leaves, and comes back when the server has seen it. */
async function goodbye(client) {
    client.socket.close();
    await client.inbox.next('close');
}

/** Expects that a subscription is refused, with an error and in the name of the channel. */
async function refusedSubscription(client, channel, member) {
    client.join(channel, member);
    const [error, refusal, ...more] = await client.inbox.until('pusher:subscription_error');
    assert.deepEqual([error.event, error.data.code, more], ['pusher:error', null, []]);
    assert.equal(refusal.channel, channel);
    assert.equal(refusal.data.error, error.data.message);
    return [refusal.data.type, refusal.data.status];
}

suite('connections of an app', (server) => {
    test('one too many is refused with 4004, until another leaves', async () => {
        const clients = [await rawConnect(server), await rawConnect(server)];
        assert.equal(await new RawClient(server).refusal(), 4004);
        const elsewhere = await rawConnect(server, otherPath);
        await elsewhere.ping();
        await goodbye(clients[0]);
        // Another node may not have heard of it yet.
        await eventually('there is room again', async () => {
            return (await new RawClient(server).inbox.next()).event === 'pusher:connection_established';
        });
        assert.equal(await new RawClient(server).refusal(), 4004);
    });
}, apps({ ...app, limits: { max_connections: 2 } }, other));

suite('connections of a node', (server) => {
    test('one too many is refused with 4100, whatever its app, until another leaves', async () => {
        const clients = [await rawConnect(server), await rawConnect(server, otherPath)];
        for (const path of [undefined, otherPath]) {
            assert.equal(await new RawClient(server, path).refusal(), 4100);
        }
        // A wrong key or an app's own limit is told first: it will not help to come back.
        assert.equal(await new RawClient(server, '/app/nope').refusal(), 4001);
        await goodbye(clients[0]);
        await (await rawConnect(server, otherPath)).ping();
    });

    test('pusher-js comes back by itself', async () => {
        const clients = [await rawConnect(server), await rawConnect(server)];
        const late = pusherClient(server);
        assert.equal((await late.errors.next()).code, 4100);
        await goodbye(clients[0]);
        await late.states.until('connected');
    });
}, [...apps(app, other), '--connection.max-connections', '2'], { alone: 'each node has its own limit' });

suite('new connections from one address', (server) => {
    const arrive = async (headersOf) => {
        const clients = Array.from({ length: 20 }, (_, n) => {
            return new RawClient(server, undefined, { headers: headersOf(n) });
        });
        const first = await Promise.all(clients.map(({ inbox }) => inbox.next()));
        return first.filter(({ event }) => event === 'pusher:error');
    };

    test('are refused with 4100 when they come too fast', async () => {
        const refused = await arrive(() => ({}));
        assert.ok(refused.length > 0 && refused.length < 20, `${refused.length} of 20`);
        for (const { data } of refused) assert.equal(data.code, 4100);
    });

    test('X-Forwarded-For from an untrusted address does not help', async () => {
        const refused = await arrive((n) => ({ 'X-Forwarded-For': `198.51.100.${n}` }));
        assert.ok(refused.length > 0, 'all were let in');
    });
}, ['--connection.max-new-per-second-per-address', '3'], { alone: 'each node counts for itself' });

suite('new connections through a trusted proxy', (server) => {
    const enter = (address) => {
        return new RawClient(server, undefined, { headers: { 'X-Forwarded-For': address } });
    };
    const refusedOf = async (addresses) => {
        const frames = addresses.map((address) => enter(address).inbox.next());
        const refused = ({ event }) => event === 'pusher:error';
        return (await Promise.all(frames)).filter(refused).length;
    };

    test('count for the address that the proxy names', async () => {
        const many = Array.from({ length: 20 }, (_, n) => `198.51.100.${n}`);
        assert.equal(await refusedOf(many), 0);
        assert.ok(await refusedOf(many.map(() => '203.0.113.7')) > 0);
        // What a client puts before the proxy's own entry is its own invention.
        assert.ok(await refusedOf(many.map((made_up) => `${made_up}, 203.0.113.8`)) > 0);
    });

    test('an IPv6 network of 64 bits counts as one address', async () => {
        const one = Array.from({ length: 20 }, (_, n) => `2001:db8:0:1::${n}`);
        const many = Array.from({ length: 20 }, (_, n) => `2001:db8:1:${n}::1`);
        assert.ok(await refusedOf(one) > 0);
        assert.equal(await refusedOf(many), 0);
    });
}, ['--connection.max-new-per-second-per-address', '3',
    '--http.trusted-proxies', '["127.0.0.1"]'], { alone: 'each node counts for itself' });

suite('a disabled app', (server) => {
    test('is closed to clients with 4003, to backends with 403', async () => {
        assert.equal(await new RawClient(server).refusal(), 4003);
        await assert.rejects(sdk(server).trigger('c', 'e', ''), { status: 403 });
        await assert.rejects(query(server, '/channels'), { status: 403 });
        const page = pusherClient(server);
        await page.states.until('disconnected');
    });
}, apps({ ...app, enabled: false }));

suite('allowed origins', (server) => {
    const from = (origin) => new RawClient(server, undefined, { headers: { Origin: origin } });

    test('other pages are refused with 4009', async () => {
        for (const origin of [
            'https://example.org', 'http://example.com', 'https://example.com:444',
            'https://example.com.evil.test', 'https://evil-example.com', 'https://app.test',
            'https://a.app.test.evil.test', 'http://localhost:3001', 'null',
        ]) {
            assert.equal(await from(origin).refusal(), 4009, origin);
        }
    });

    test('listed pages are accepted, and clients that are not browsers', async () => {
        for (const origin of [
            'https://example.com', 'https://EXAMPLE.com', 'https://example.com:443',
            'https://a.app.test', 'http://localhost:3000',
        ]) {
            const { event } = await from(origin).inbox.next();
            assert.equal(event, 'pusher:connection_established', origin);
        }
        await (await rawConnect(server)).ping();
        await (await connect(server)).disconnect();
    });
}, apps({
    ...app, allowed_origins: ['https://example.com', 'https://*.app.test', 'http://localhost:3000'],
}));

suite('client events a second', (server) => {
    test('are counted for each connection, and more are 4301', async () => {
        const clients = [await rawConnect(server), await rawConnect(server)];
        for (const client of clients) await client.enter('private-pad');
        const [first, second] = clients;
        const flood = (client, from) => {
            for (let n = 0; n < 20; ++n) {
                client.send({ event: 'client-n', channel: 'private-pad', data: `${from}${n}` });
            }
        };
        flood(first, 'a');
        const heard = await second.inbox.until(({ data }) => data === 'a2');
        assert.deepEqual(heard.map(({ data }) => data), ['a0', 'a1', 'a2']);
        const errors = (await first.ping()).filter(({ event }) => event === 'pusher:error');
        assert.ok(errors.length > 0 && errors.every(({ data }) => data.code === 4301));
        second.send({ event: 'client-n', channel: 'private-pad', data: 'b' });
        await first.inbox.until(({ data }) => data === 'b');
    });
}, ['--limits.max-client-events-per-second', '3']);

suite('client events without a limit', (server) => {
    test('all arrive', async () => {
        const [own, receiver] = [await rawConnect(server), await rawConnect(server)];
        for (const client of [own, receiver]) await client.enter('private-pad');
        for (let n = 0; n < 200; ++n) {
            own.send({ event: 'client-n', channel: 'private-pad', data: n });
        }
        const heard = await receiver.inbox.until(({ data }) => data === '199');
        assert.equal(heard.length, 200);
        assert.deepEqual(await own.ping(), []);
    });
}, ['--limits.max-client-events-per-second', '0']);

suite('REST requests a second', (server) => {
    const ask = () => fetch(server.url + signed(server, 'GET', '/apps/app-id/channels'));

    test('above the rate are 429 with Retry-After; unauthenticated requests do not count', async () => {
        const strangers = await Promise.all(Array.from({ length: 50 }, () => {
            return fetch(`${server.url}/apps/app-id/channels?auth_key=app-key`);
        }));
        assert.ok(strangers.every(({ status }) => status === 401));

        const answers = await Promise.all(Array.from({ length: 30 }, ask));
        const statuses = new Set(answers.map(({ status }) => status));
        assert.deepEqual([...statuses].sort(), [200, 429]);
        const tooMany = answers.find(({ status }) => status === 429);
        assert.ok(Number(tooMany.headers.get('retry-after')) >= 1);
        assert.match(tooMany.headers.get('content-type'), /^text\/plain/);
        assert.match(await tooMany.text(), /\S\n$/);
        const backend = sdk(server, { appId: other.id, key: other.key, secret: other.secret });
        assert.equal((await backend.get({ path: '/channels' })).status, 200);
    });
}, apps({ ...app, limits: { max_api_requests_per_second: 3 } }, other));

suite('sizes and names', (server) => {
    const trigger = (more) => {
        return post(server, events, JSON.stringify({ name: 'e', data: '', ...more }));
    };

    test('100 channels and names of 200 characters are accepted, one more is 400', async () => {
        const channels = (count) => Array.from({ length: count }, (_, n) => `c${n}`);
        for (const [most, more] of [
            [{ channels: channels(100) }, { channels: channels(101) }],
            [{ channel: 'x'.repeat(200) }, { channel: 'x'.repeat(201) }],
            // Characters, not bytes.
            [{ channel: 'c', name: 'ü'.repeat(200) }, { channel: 'c', name: 'ü'.repeat(201) }],
        ]) {
            assert.equal((await trigger(most)).status, 200, JSON.stringify(most));
            const answer = await trigger(more);
            assert.equal(answer.status, 400, JSON.stringify(more));
            assert.match(await answer.text(), /\S\n$/);
        }
    });

    test('a malformed trigger is 400, a nearly malformed one is not', async () => {
        for (const [good, bad] of [
            [{ channel: 'A-Za-z0-9_-=@,.;' }, { channel: 'a b' }],
            [{ channel: '#server-to-user-ann' }, { channel: '#server-to-user-' }],
            [{ channel: '#server-to-user-ann' }, { channel: '#ann' }],
            [{ channels: ['c', 'c'] }, { channels: [] }],
            [{ channels: ['c'] }, { channels: 'c' }],
            [{ channels: ['c'] }, { channels: ['c', 5] }],
            [{ channel: 'c', socket_id: '1.2' }, { channel: 'c', socket_id: '1' }],
            [{ channel: 'c', socket_id: null }, { channel: 'c', socket_id: 1.2 }],
            [{ channel: 'c', info: 'user_count' }, { channel: 'c', info: 'weather' }],
            [{ channel: 'c', name: 'pushers' }, { channel: 'c', name: 'pusher_internal:x' }],
            [{ channel: 'c', data: 5 }, { channel: 'c', data: undefined }],
            [{ channel: 'c', extra: {} }, { extra: {} }],
        ]) {
            assert.equal((await trigger(good)).status, 200, JSON.stringify(good));
            const answer = await trigger(bad);
            assert.equal(answer.status, 400, JSON.stringify(bad));
            assert.match(await answer.text(), /\S\n$/);
        }
    });

    test('a batch of eleven events is refused with its count', async () => {
        const batch = Array.from({ length: 11 }, () => ({ name: 'e', channel: 'c', data: '' }));
        const send = (items) => {
            return post(server, '/apps/app-id/batch_events', JSON.stringify({ batch: items }));
        };
        assert.equal((await send(batch.slice(1))).status, 200);
        const answer = await send(batch);
        assert.deepEqual([answer.status, await answer.text()],
            [400, 'Batch too large (11 > 10)\n']);
    });

    test('data over 10 KiB is 413, in a batch and on the old endpoint, too', async () => {
        const data = 'x'.repeat(10_241);
        const items = JSON.stringify({ batch: [{ name: 'e', channel: 'c', data }] });
        const path = '/apps/app-id/channels/c/events';
        for (const answer of [
            await trigger({ channel: 'c', data }),
            await post(server, '/apps/app-id/batch_events', items),
            await post(server, path, data, { name: 'e' }),
        ]) {
            assert.equal(answer.status, 413);
            assert.match(await answer.text(), /exceeds the allowed maximum \(10240 bytes\)/);
        }
        assert.equal((await post(server, path, data.slice(1), { name: 'e' })).status, 202);
    });

    test('a channel name of 200 characters is fine, one of 201 or of others is not', async () => {
        const client = await rawConnect(server);
        await client.enter('x'.repeat(200));
        assert.deepEqual(await refusedSubscription(client, 'x'.repeat(201)), ['InvalidData', 400]);
        for (const name of ['a b', 'ü', 'a/b', '#x', '#server-to-user-']) {
            const [type, status] = await refusedSubscription(client, name);
            assert.ok((type === 'InvalidData' && status === 400)
                || (type === 'AuthError' && status === 401), name);
        }
    });

    test('a client event may have a name of 200 characters, not of 201', async () => {
        const [own, receiver] = [await rawConnect(server), await rawConnect(server)];
        for (const client of [own, receiver]) await client.enter('private-names');
        const event = `client-${'x'.repeat(193)}`;
        own.send({ event: `${event}x`, channel: 'private-names', data: 1 });
        const [error] = await own.ping();
        assert.deepEqual([error.event, error.data.code], ['pusher:error', null]);
        own.send({ event, channel: 'private-names', data: 2 });
        assert.equal((await receiver.inbox.next()).event, event);
    });

    test('a member has 128 characters of id and 1,024 bytes of info', async () => {
        const client = await rawConnect(server);
        const info = (bytes) => ({ user_id: 'ann', user_info: 'x'.repeat(bytes - 2) });
        await client.enter('presence-info', info(1024));
        assert.deepEqual(await refusedSubscription(client, 'presence-more', info(1025)),
            ['LimitReached', 413]);
        await client.enter('presence-id', { user_id: 'ü'.repeat(128) });
        const tooLong = { user_id: 'ü'.repeat(129) };
        assert.deepEqual(await refusedSubscription(client, 'presence-longer', tooLong),
            ['InvalidData', 400]);
        for (const user_id of ['', null, true, {}, undefined]) {
            assert.deepEqual(await refusedSubscription(client, 'presence-bad', { user_id }),
                ['InvalidData', 400]);
        }
    });
});

suite('smaller limits of an app', (server) => {
    test('a third channel per connection is refused, until it leaves one', async () => {
        const client = await rawConnect(server);
        await client.enter('one');
        await client.enter('two');
        assert.deepEqual(await refusedSubscription(client, 'three'), ['LimitReached', 413]);
        // What it holds is not one more.
        await client.enter('two');
        client.leave('one');
        await client.enter('three');
        await (await rawConnect(server)).enter('one');
    });

    test('a third member is refused, until one leaves', async () => {
        const channel = 'presence-pair';
        const clients = {};
        for (const id of ['ann', 'bob', 'carl']) clients[id] = await rawConnect(server);
        await clients.ann.enter(channel, { user_id: 'ann' });
        await clients.bob.enter(channel, { user_id: 'bob' });
        assert.deepEqual(await refusedSubscription(clients.carl, channel, { user_id: 'carl' }),
            ['LimitReached', 413]);
        await clients.carl.enter(channel, { user_id: 'bob' });
        clients.carl.leave(channel);
        clients.bob.leave(channel);
        await clients.ann.inbox.next('pusher_internal:member_removed');
        await clients.carl.enter(channel, { user_id: 'carl' });
    });

    test('data and names', async () => {
        const most = 'x'.repeat(100);
        const client = await rawConnect(server);
        await client.enter('private-sizes');
        assert.equal((await sdk(server).trigger('private-sizes', 'e', most)).status, 200);
        const more = sdk(server).trigger('private-sizes', 'e', `${most}x`);
        await assert.rejects(more, { status: 413, body: /\(100 bytes\)/ });
        await assert.rejects(sdk(server).trigger(['a', 'b', 'c'], 'e', ''), { status: 400 });
        await client.inbox.until('e');
        client.send({ event: 'client-e', channel: 'private-sizes', data: `${most}x` });
        assert.deepEqual(names(await client.ping()), ['pusher:error']);
        assert.deepEqual(await refusedSubscription(client, 'a-name-of-21-letters.'),
            ['InvalidData', 400]);
    });
}, apps({
    ...app,
    limits: {
        max_subscriptions_per_connection: 2, max_presence_members: 2, max_event_payload_bytes: 100,
        max_channels_per_trigger: 2, max_channel_name_length: 20,
    },
}));

suite('failed subscriptions without pusher:subscription_error', (server) => {
    test('are reported as pusher:error only', async () => {
        const client = await rawConnect(server);
        client.send({ event: 'pusher:subscribe', data: { channel: 'private-x', auth: 'wrong' } });
        assert.deepEqual(names(await client.ping()), ['pusher:error']);
    });
}, apps({ ...app, subscription_errors: false }));

suite('time', (server) => {
    test('a client that does not answer pings is closed with 4201, one that does stays', async () => {
        const alive = await rawConnect(server);
        const dead = await rawConnect(server, undefined, { autoPong: false });
        assert.equal(await dead.refusal(), 4201);
        assert.deepEqual(await alive.ping(), []);
    });

    test('any message counts as activity, even if pings are not answered', async () => {
        const talker = await rawConnect(server, undefined, { autoPong: false });
        const talk = setInterval(() => talker.send({ event: 'pusher:pong' }), 100);
        try {
            const dead = await rawConnect(server, undefined, { autoPong: false });
            assert.equal(await dead.refusal(), 4201);
            assert.deepEqual(await talker.ping(), []);
        } finally {
            clearInterval(talk);
        }
    });

    test('pusher-js stays connected with the activity timeout of the server', async () => {
        const { inbox } = await subscribe(await connect(server), 'c');
        const dead = await rawConnect(server, undefined, { autoPong: false });
        assert.equal(await dead.refusal(), 4201);
        await sdk(server).trigger('c', 'marker', '');
        assert.deepEqual(names(await inbox.until('marker')), ['marker']);
    });

    test('an incomplete request times out', async () => {
        const connection = await HttpConnection.open(server);
        connection.write('GET /apps/app-id/channels HTTP/1.1\r\nHost:');
        const response = await connection.response().catch(() => null);
        assert.ok(response === null || response.status === 408);
        await connection.end();
    });
}, ['--connection.activity-timeout-seconds', '1', '--connection.pong-timeout-seconds', '1',
    '--http.header-timeout-seconds', '1']);

suite('a head of more than 2 KB', (server) => {
    test('is 431', async () => {
        const connection = await HttpConnection.open(server);
        connection.write(`GET /x HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(3000)}\r\n\r\n`);
        assert.equal((await connection.response()).status, 431);
        connection.close();
    });
}, ['--http.max-header-bytes', '2048']);

suite('a client that reads too slowly', (server) => {
    test('is closed with 4100, and the others receive everything', async () => {
        const [slow, quick] = [await rawConnect(server), await rawConnect(server)];
        await slow.enter('stream');
        await slow.enter('slow-only');
        await quick.enter('stream');
        slow.socket.pause();
        const isThere = async () => (await query(server, '/channels/slow-only')).occupied;
        let sent = 0;
        for (const data = 'x'.repeat(10_000); await isThere(); ) {
            const event = { channel: 'stream', name: 'e', data };
            const batch = Array.from({ length: 10 }, () => ({ ...event }));
            await sdk(server).triggerBatch(batch);
            sent += batch.length;
        }
        slow.socket.resume();
        const [error, close] = (await slow.inbox.until('close')).slice(-2);
        assert.deepEqual([error.event, error.data.code, close.code], ['pusher:error', 4100, 4100]);
        await sdk(server).trigger('stream', 'marker', '');
        assert.equal((await quick.inbox.until('marker')).length - 1, sent);
    });
}, ['--connection.max-queued-bytes', '65536']);
