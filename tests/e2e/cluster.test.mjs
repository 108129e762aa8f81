import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
    RawClient, connect, query, rawConnect, sdk, signIn, subscribe,
} from './support/clients.mjs';
import { needsCluster, withCluster } from './support/cluster.mjs';
import { post } from './support/http.mjs';
import { eventually } from './support/inbox.mjs';
import { quietPort } from './support/ports.mjs';
import { Redis } from './support/redis.mjs';
import { app, run } from './support/server.mjs';
import { withReceiver } from './support/webhook_receiver.mjs';

const added = 'pusher_internal:member_added';
const removed = 'pusher_internal:member_removed';
const events = '/apps/app-id/events';

/** In seconds. What a dead node held is gone within a lease and five seconds. */
const lease = 2;
const repaired = { within: (lease + 5) * 1000 };

const names = (items) => items.map(({ event }) => event);
const userOf = ({ data }) => JSON.parse(data).user_id;
const apps = (more) => ['--apps', JSON.stringify([{ ...app, ...more }])];

const trigger = (node, channel, name, data = '') => {
    return post(node, events, JSON.stringify({ channel, name, data: String(data) }));
};

/** Who comes and goes on a presence channel, as somebody there is told. */
async function observer(node, channel, user_id = 'observer') {
    const client = await rawConnect(node);
    client.first = await client.enter(channel, { user_id });
    client.next = async (event) => userOf(await client.inbox.next(event, repaired));
    return client;
}

async function member(node, channel, user_id) {
    const client = await rawConnect(node);
    await client.enter(channel, { user_id });
    return client;
}

const users = async (node, channel) => {
    return (await query(node, `/channels/${channel}/users`)).users.map(({ id }) => id).sort();
};

/** Waits until every node lists exactly these users. */
async function allList(cluster, channel, expected) {
    const wanted = JSON.stringify([...expected].sort());
    for (const node of cluster.nodes) {
        const agrees = async () => JSON.stringify(await users(node, channel)) === wanted;
        await eventually(`${node.name} lists ${wanted} on ${channel}`, agrees, repaired);
    }
}

describe('three nodes are one', { skip: needsCluster, timeout: 120_000 }, () => {
    test('an event reaches all subscribers in one order, whichever node it was sent to', async () => {
        await withCluster({ lease }, async ({ nodes }) => {
            const channels = [];
            for (const node of nodes) channels.push(await subscribe(await connect(node), 'news'));
            const backends = nodes.map((node) => sdk(node));
            await Promise.all(backends.map(async (backend, from) => {
                for (let n = 0; n < 100; ++n) await backend.trigger('news', 'item', { from, n });
            }));
            await backends[0].trigger('news', 'marker', {});
            const seen = [];
            for (const { inbox } of channels) seen.push(await inbox.until('marker'));
            assert.equal(seen[0].length, 301);
            for (const other of seen.slice(1)) assert.deepEqual(other, seen[0]);
            for (const from of [0, 1, 2]) {
                const own = seen[0].filter(({ data }) => data.from === from).map(({ data }) => data.n);
                assert.deepEqual(own, Array.from({ length: 100 }, (_, n) => n));
            }
        });
    });

    test('but not the excluded connection', async () => {
        await withCluster({ lease }, async ({ nodes }) => {
            const [own, other] = [await connect(nodes[0]), await connect(nodes[1])];
            const [mine, theirs] = [await subscribe(own, 'news'), await subscribe(other, 'news')];
            const { socket_id } = own.connection;
            await sdk(nodes[2]).trigger('news', 'mine', {}, { socket_id });
            await sdk(nodes[2]).trigger('news', 'marker', {});
            assert.deepEqual(names(await mine.inbox.until('marker')), ['marker']);
            assert.deepEqual(names(await theirs.inbox.until('marker')), ['mine', 'marker']);
        });
    });

    test('client events reach the others on all nodes', async () => {
        await withCluster({ lease }, async ({ nodes }) => {
            const channels = [];
            for (const node of nodes) channels.push(await subscribe(await connect(node), 'private-pad'));
            channels[0].trigger('client-drawn', { x: 1 });
            for (const { inbox } of channels.slice(1)) {
                assert.deepEqual((await inbox.next('client-drawn')).data, { x: 1 });
            }
            await sdk(nodes[1]).trigger('private-pad', 'marker', {});
            assert.deepEqual(names(await channels[0].inbox.until('marker')), ['marker']);
        });
    });

    test('presence: one list, and one arrival and departure of a user with a device on each node', async () => {
        await withCluster({ lease }, async (cluster) => {
            const channel = 'presence-room';
            const watcher = await observer(cluster.nodes[0], channel);
            const devices = [];
            for (const node of cluster.nodes) devices.push(await member(node, channel, 'ann'));
            await allList(cluster, channel, ['ann', 'observer']);
            for (const device of devices) device.drop();
            assert.deepEqual((await watcher.inbox.until(removed)).map(userOf), ['ann', 'ann']);
            await allList(cluster, channel, ['observer']);
        });
    });

    test('a client that leaves and rejoins gets its new data back, however late Redis answers', async () => {
        await withCluster({ lease, args: ['--shards', '1'], proxied: true }, async ({ nodes: [node, other] }) => {
            const channel = 'presence-hop';
            const [near, far] = [await observer(node, channel, 'near'), await observer(other, channel, 'far')];
            const hopper = await member(node, channel, 'hopper');
            const hop = (count) => hopper.rejoin(channel, { user_id: 'hopper', user_info: { hop: count } });
            const isHop = (count) => ({ event, data }) => event === added && JSON.parse(data).user_info?.hop === count;

            node.proxy.hold('subscriptions');
            hop(1);
            await far.inbox.next(isHop(1));
            await query(node, `/channels/${channel}/users`);  // The answer to the hop came before this one's.
            node.proxy.hold('commands');
            hop(2);
            await hopper.ping();
            far.send({ event: 'client-late', channel, data: '' });
            node.proxy.release('subscriptions');
            await near.inbox.next('client-late');  // So it has heard of the first hop.
            node.proxy.release('commands');
            const { data } = await hopper.inbox.next('pusher_internal:subscription_succeeded');
            assert.deepEqual(JSON.parse(data).presence.hash.hopper, { hop: 2 });
        });
    });

    test('REST answers the same on every node', async () => {
        await withCluster({ lease, args: apps({ subscription_count: true }) }, async ({ nodes }) => {
            for (const [n, node] of nodes.entries()) {
                await member(node, 'presence-asked', `u${n}`);
                await (await rawConnect(node)).enter('asked');
                await (await rawConnect(node)).enter(`only-${n}`);
            }
            const info = { info: 'user_count,subscription_count' };
            for (const node of nodes) {
                assert.deepEqual(await query(node, '/channels/presence-asked', info),
                    { occupied: true, user_count: 3, subscription_count: 3 });
                assert.deepEqual(await query(node, '/channels/asked', { info: 'subscription_count' }),
                    { occupied: true, subscription_count: 3 });
                assert.deepEqual(await users(node, 'presence-asked'), ['u0', 'u1', 'u2']);
                const { channels } = await query(node, '/channels');
                assert.deepEqual(Object.keys(channels).sort(),
                    ['asked', 'only-0', 'only-1', 'only-2', 'presence-asked']);
            }
        });
    });

    test('events to a user, watchlists, and terminating the connections of a user', async () => {
        await withCluster({ lease }, async ({ nodes: [a, b, c] }) => {
            const watcher = await connect(a, { account: { id: 'eve', watchlist: ['ann'] } });
            const news = [];
            for (const event of ['online', 'offline']) {
                watcher.user.watchlist.bind(event, ({ user_ids }) => news.push([event, ...user_ids]));
            }
            await signIn(watcher);
            await eventually('it knows who is offline', () => news.length === 1);
            const pages = [await connect(b, { account: { id: 'ann' } }), await connect(c, { account: { id: 'ann' } })];
            const own = await Promise.all(pages.map(signIn));
            await eventually('it is told of ann', () => news.length === 2);
            await sdk(a).sendToUser('ann', 'notice', { n: 1 });
            for (const { inbox } of own) assert.deepEqual((await inbox.next('notice')).data, { n: 1 });
            await sdk(a).terminateUserConnections('ann');
            for (const page of pages) {
                assert.equal((await page.errors.next(({ code }) => code === 4009)).code, 4009);
                await page.states.until('disconnected');
            }
            await eventually('it is told that ann has gone', () => news.length === 3);
            assert.deepEqual(news, [['offline', 'ann'], ['online', 'ann'], ['offline', 'ann']]);
        });
    });

    test('a user whose sign-in has succeeded is online on all nodes, and their connections can be terminated', async () => {
        await withCluster({ lease }, async ({ nodes: [a, b, c] }) => {
            for (let round = 0; round < 30; ++round) {
                const id = `u${round}`;
                const clients = [await rawConnect(a), await rawConnect(b)];
                clients[0].signIn({ id });
                await clients[0].inbox.next('pusher:signin_success');
                clients[1].signIn({ id: `watcher-${id}`, watchlist: [id] });
                const { data } = await clients[1].inbox.next('pusher_internal:watchlist_events');
                assert.deepEqual(JSON.parse(data).events, [{ name: 'online', user_ids: [id] }]);

                clients[1] = await rawConnect(b);
                clients[1].signIn({ id });
                await clients[1].inbox.next('pusher:signin_success');
                await sdk(c).terminateUserConnections(id);
                for (const client of clients) assert.equal(await client.refusal(), 4009);
            }
        });
    });

    test('a cache channel gives every new subscriber the last event, whichever node it was sent to', async () => {
        await withCluster({ lease }, async ({ nodes }) => {
            for (const [n, node] of nodes.entries()) {
                await sdk(node).trigger('cache-price', 'price', { n });
                for (const where of nodes) {
                    const { inbox } = await subscribe(await connect(where), 'cache-price');
                    assert.deepEqual(await inbox.next(), { event: 'price', data: { n } });
                }
            }
        });
    });

    test('the connection limit of an app counts over all nodes', async () => {
        await withCluster({ lease, args: apps({ limits: { max_connections: 3 } }) }, async ({ nodes }) => {
            const clients = [];
            for (const node of nodes) clients.push(await rawConnect(node));
            for (const node of nodes) assert.equal(await new RawClient(node).refusal(), 4004);
            clients[0].socket.close();
            await eventually('there is room again', async () => {
                return (await new RawClient(nodes[1]).inbox.next()).event === 'pusher:connection_established';
            });
        });
    });

    test('a page that reconnects to another node causes no webhook', async () => {
        await withReceiver(async (receiver) => {
            const kinds = ['channel_occupied', 'channel_vacated', 'member_added', 'member_removed', 'user_online',
                'user_offline'];
            const args = apps({ webhooks: [{ url: receiver.url, events: kinds }] });
            await withCluster({ lease, args }, async ({ nodes }) => {
                const page = async (node) => {
                    const client = await connect(node, { user: { user_id: 'ann' }, account: { id: 'ann' } });
                    await signIn(client);
                    await subscribe(client, 'presence-page');
                    return client;
                };
                let client = await page(nodes[0]);
                const came = [];
                while (came.length < 3) came.push(...await receiver.until(() => true));
                assert.deepEqual(came.map(({ name }) => name).sort(), ['channel_occupied', 'member_added', 'user_online']);
                for (const node of [nodes[1], nodes[2], nodes[0]]) {
                    client.disconnect();
                    client = await page(node);
                }
                // Who leaves after that, anywhere, is told of when the page would have been.
                for (const [n, node] of nodes.entries()) {
                    const witness = await rawConnect(node);
                    await witness.enter(`marker-${n}`);
                    witness.drop();
                }
                const rest = [];
                const gone = () => rest.filter(({ name }) => name === 'channel_vacated').length;
                while (gone() < nodes.length) rest.push(...await receiver.until(() => true));
                assert.deepEqual(rest.filter(({ channel = '' }) => !channel.startsWith('marker-')), []);
                client.disconnect();
                const left = [];
                while (left.length < 3) left.push(...await receiver.until(() => true));
                assert.deepEqual(left.map(({ name }) => name).sort(), ['channel_vacated', 'member_removed', 'user_offline']);
            });
        });
    });
});

describe('two nodes that accept a user at the same moment', { skip: needsCluster, timeout: 600_000 }, () => {
    const rounds = Number(process.env.CARILLON_TEST_TWINS ?? 300);
    const atOnce = 10;

    test(`announce one arrival and one departure, ${rounds} times`, async () => {
        await withCluster({ lease }, async ({ nodes: [a, b, c] }) => {
            await Promise.all(Array.from({ length: atOnce }, async (_, n) => {
                const channel = `presence-twins-${n}`;
                const watcher = await observer(c, channel);
                const twins = [await rawConnect(a), await rawConnect(b)];
                for (let round = 0; round < rounds / atOnce; ++round) {
                    const user_id = `u${round}`;
                    await Promise.all(twins.map((twin) => twin.enter(channel, { user_id })));
                    for (const twin of twins) twin.leave(channel);
                    const seen = await watcher.inbox.until(removed);
                    assert.deepEqual(seen.map((frame) => [frame.event, userOf(frame)]),
                        [[added, user_id], [removed, user_id]], `round ${round} of ${channel}`);
                }
                await trigger(b, channel, 'marker');
                assert.deepEqual(names(await watcher.inbox.until('marker')), ['marker']);
            }));
        });
    });
});

describe('a node starts', { skip: needsCluster, timeout: 60_000 }, () => {
    test('and is a full member from the first request it accepts', async () => {
        await withCluster({ count: 2, lease }, async (cluster) => {
            const listener = await rawConnect(cluster.nodes[0]);
            await listener.enter('news');
            for (let round = 0; round < 5; ++round) {
                const port = await quietPort();
                let isUp = false;
                const starting = cluster.add({ port }).finally(() => (isUp = true));
                const fresh = { port, url: `http://127.0.0.1:${port}` };
                const accepted = [];
                for (let n = 0; accepted.length < 20; ++n) {
                    const answer = await trigger(fresh, 'news', 'item', n).catch(() => null);
                    if (answer?.status === 200) accepted.push(String(n));
                    else assert.ok(!isUp || answer?.status === 503, `it answered ${answer?.status}`);
                }
                const node = await starting;
                await trigger(node, 'news', 'marker');
                const seen = await listener.inbox.until('marker');
                assert.deepEqual(seen.slice(0, -1).map(({ data }) => data), accepted);
                await cluster.stop(node);
            }
        });
    });

    test('and its first client misses nothing', async () => {
        await withCluster({ count: 2, lease }, async (cluster) => {
            await member(cluster.nodes[0], 'presence-room', 'ann');
            const node = await cluster.add();
            const first = await observer(node, 'presence-room');
            assert.deepEqual(JSON.parse(first.first.data).presence.ids.sort(), ['ann', 'observer']);
            await trigger(cluster.nodes[1], 'presence-room', 'item');
            assert.deepEqual(names(await first.inbox.until('item')), ['item']);
        });
    });

    test('but not without its Redis', async () => {
        const port = await quietPort();
        const at = ['--redis.url', `redis://127.0.0.1:${port}/0`, '--redis.timeout-ms', '500'];
        const began = await run(['serve', '--host', '127.0.0.1', '--port', '0', '--admin.port', '0', ...at]);
        assert.notEqual(began.code, 0);
        assert.match(began.stderr, /redis/i);
        assert.doesNotMatch(began.stderr, /listening on/);
    });
});

describe('a node ends', { skip: needsCluster, timeout: 120_000 }, () => {
    /** Ann is on the node alone, bob on it and elsewhere; the observer is elsewhere. */
    async function company(cluster, channel) {
        const [node, second, third] = cluster.nodes;
        const watcher = await observer(second, channel);
        const clients = [await member(node, channel, 'ann'), await member(node, channel, 'bob')];
        await member(third, channel, 'bob');
        await allList(cluster, channel, ['ann', 'bob', 'observer']);
        for (const user of ['ann', 'bob']) assert.equal(await watcher.next(added), user);
        return { node, watcher, clients };
    }

    test('killed: its subscriptions are removed within a lease, and no others', async () => {
        await withCluster({ lease }, async (cluster) => {
            const { node, watcher } = await company(cluster, 'presence-room');
            await cluster.kill(node);
            assert.equal(await watcher.next(removed), 'ann');
            await allList(cluster, 'presence-room', ['bob', 'observer']);
            await trigger(cluster.nodes[1], 'presence-room', 'marker');
            assert.deepEqual(names(await watcher.inbox.until('marker')), ['marker']);
        });
    });

    test('stopped: its subscriptions are removed at once', async () => {
        await withCluster({ lease: 60 }, async (cluster) => {
            const { node, watcher } = await company(cluster, 'presence-room');
            await cluster.stop(node);
            assert.equal(await watcher.next(removed), 'ann');
            await allList(cluster, 'presence-room', ['bob', 'observer']);
        });
    });

    test('frozen for longer than its lease: its members are removed, and added again when it wakes up', async () => {
        await withCluster({ lease }, async (cluster) => {
            const channel = 'presence-room';
            const { node, watcher, clients } = await company(cluster, channel);
            node.child.kill('SIGSTOP');
            assert.equal(await watcher.next(removed), 'ann');
            await trigger(cluster.nodes[1], channel, 'while-away');
            await member(cluster.nodes[2], channel, 'carl');
            assert.equal(await watcher.next(added), 'carl');
            node.child.kill('SIGCONT');
            assert.equal(await watcher.next(added), 'ann');
            await allList(cluster, channel, ['ann', 'bob', 'carl', 'observer']);
            await trigger(node, channel, 'marker');
            // Those who were frozen with it have missed nothing, and never heard of themselves.
            for (const [n, { inbox }] of clients.entries()) {
                const seen = await inbox.until('marker');
                assert.ok(names(seen).includes('while-away'), names(seen).join());
                const told = seen.filter(({ event }) => event === added || event === removed).map(userOf);
                assert.ok(told.includes('carl') && !told.includes(['ann', 'bob'][n]), told.join());
            }
        });
    });

    test('killed with 5,000 members: exactly 5,000 member_removed', async () => {
        const channels = Array.from({ length: 20 }, (_, n) => `presence-crowd-${n}`);
        const args = apps({ limits: { max_presence_members: 0 } });
        await withCluster({ lease, args }, async (cluster) => {
            const [node, ...others] = cluster.nodes;
            const gone = others.map(() => []);
            for (const [i, other] of others.entries()) {
                const watcher = await rawConnect(other);
                for (const channel of channels) await watcher.enter(channel, { user_id: `observer-${i}` });
                watcher.socket.on('message', (bytes) => {
                    const frame = JSON.parse(bytes);
                    if (frame.event === removed) gone[i].push(`${frame.channel} ${userOf(frame)}`);
                });
            }
            const expected = [];
            for (let n = 0; n < 250; ++n) {
                await Promise.all(channels.map((channel) => member(node, channel, `u${n}`)));
                for (const channel of channels) expected.push(`${channel} u${n}`);
            }
            assert.deepEqual(gone, [[], []]);
            await cluster.kill(node);
            for (const list of gone) {
                // What the requirement says, and time for a machine that is busy.
                await eventually('all are said to go', () => list.length >= 5_000, { within: (lease + 5) * 1000 + 20_000 });
            }
            for (const channel of channels) await allList(cluster, channel, ['observer-0', 'observer-1']);
            for (const list of gone) assert.deepEqual(list.sort(), [...expected].sort());
        });
    });
});

/** Publishers of stock SDKs: each sends batches of ten numbered events, the next when the last is answered. */
class Backends {
    #left = false;

    constructor(nodes, channels) {
        this.streams = nodes.flatMap((node, n) => channels.map((channel) => {
            return { name: `${n}/${channel}`, channel, sent: 0, backend: sdk(node) };
        }));
    }

    /** All of them together so many a second, until stop(). */
    start(timesASecond) {
        const every = (this.streams.length * 10 * 1000) / timesASecond;
        this.done = Promise.all(this.streams.map((stream) => this.#send(stream, every)));
    }

    async stop() {
        this.#left = true;
        await this.done;
    }

    get sent() {
        return this.streams.reduce((sum, { sent }) => sum + sent, 0);
    }

    async #send(stream, every) {
        const began = performance.now();
        for (let batch = 0; !this.#left; ++batch) {
            const items = Array.from({ length: 10 }, (_, n) => ({
                channel: stream.channel, name: 'item', data: { from: stream.name, n: stream.sent + n },
            }));
            const refused = await stream.backend.triggerBatch(items).then(() => null, (error) => error);
            // Refused is not accepted: the same again.
            if (refused && refused.status !== 503) throw refused;
            if (!refused) stream.sent += items.length;
            const wait = began + (batch + 1) * every - performance.now();
            if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        }
    }
}

describe('Redis', { skip: needsCluster, timeout: 180_000 }, () => {
    const channels = ['news', 'sport', 'weather'];

    /** Stock clients on every node that count what they see of each publisher. */
    async function readers(nodes) {
        const all = [];
        for (const node of [...nodes, ...nodes]) {
            const client = await connect(node);
            const reader = { seen: new Map(), wrong: [], count: 0, states: client.states };
            for (const name of channels) {
                (await subscribe(client, name)).bind('item', ({ from, n }) => {
                    const expected = reader.seen.get(from) ?? 0;
                    if (n !== expected) reader.wrong.push(`${from}: ${n} instead of ${expected}`);
                    reader.seen.set(from, n + 1);
                    ++reader.count;
                });
            }
            all.push(reader);
        }
        return all;
    }

    for (const [keep, persist] of [['data', 'rdb'], ['nothing', 'none']]) {
        test(`away for 5 s under 1,000 events a second, and back with ${keep}: 0 lost, 0 doubled, in order`, async () => {
            await withCluster({ lease, redis: { persist } }, async (cluster) => {
                const clients = await readers(cluster.nodes);
                const backends = new Backends(cluster.nodes, channels);
                backends.start(1_000);
                await eventually('2,000 are sent', () => backends.sent >= 2_000);
                await cluster.redis.restart({
                    keep, whileDown: () => new Promise((resolve) => setTimeout(resolve, 5_000)),
                });
                const { sent } = backends;
                await eventually('events go on', () => backends.sent >= sent + 3_000, { within: 60_000 });
                await backends.stop();
                for (const client of clients) {
                    await eventually('all have come', () => {
                        return client.count >= backends.sent || client.wrong.length > 0;
                    }, { within: 60_000 });
                    assert.deepEqual([client.wrong.slice(0, 5), client.count], [[], backends.sent]);
                }
            });
        });
    }

    test('loses its scripts while 1,000 publishes are in flight, and none is lost or doubled', async () => {
        await withCluster({ lease }, async ({ nodes, redis }) => {
            const listeners = [];
            for (const node of nodes) {
                listeners.push(await rawConnect(node));
                await listeners.at(-1).enter('news');
            }
            const expected = Array.from({ length: 1_000 }, (_, n) => String(n));
            const sent = expected.map((n) => trigger(nodes[n % nodes.length], 'news', 'item', n));
            for (let n = 0; n < 5; ++n) await redis.cli('SCRIPT', 'FLUSH');
            for (const { status } of await Promise.all(sent)) assert.equal(status, 200);
            await redis.cli('SCRIPT', 'FLUSH');
            await trigger(nodes[0], 'news', 'marker');
            const byNumber = (list) => list.sort((one, other) => one - other);
            for (const { inbox } of listeners) {
                const seen = (await inbox.until('marker')).slice(0, -1);
                assert.deepEqual(byNumber(seen.map(({ data }) => data)), expected);
            }
        });
    });

    test('with full memory: departures take effect, and accepted events are delivered', async () => {
        await withCluster({ lease }, async (cluster) => {
            const { nodes, redis } = cluster;
            const channel = 'presence-room';
            const watcher = await observer(nodes[1], channel);
            const leaver = await member(nodes[0], channel, 'ann');
            assert.equal(await watcher.next(added), 'ann');
            const listeners = [];
            for (const node of nodes) {
                listeners.push(await rawConnect(node));
                await listeners.at(-1).enter('news');
            }
            await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
            leaver.leave(channel);
            assert.equal(await watcher.next(removed), 'ann');
            const accepted = [];
            for (let n = 0; n < 60; ++n) {
                const { status } = await trigger(nodes[n % nodes.length], 'news', 'item', n);
                assert.ok(status === 200 || status === 503, status);
                if (status === 200) accepted.push(n);
            }
            await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
            for (const { inbox } of listeners) {
                const seen = [];
                while (seen.length < accepted.length) seen.push(Number((await inbox.next('item')).data));
                assert.deepEqual(seen.sort((one, other) => one - other), accepted);
            }
            // Nothing more comes of them, however often they were tried.
            await trigger(nodes[0], 'news', 'marker');
            for (const { inbox } of listeners) assert.deepEqual(names(await inbox.until('marker')), ['marker']);
            await allList(cluster, channel, ['observer']);
        });
    });

    test('shared by two clusters: each is isolated from the other', async () => {
        const redis = await new Redis({ persist: 'none' }).start();
        try {
            await withCluster({ count: 2, lease, redis }, async (one) => {
                await withCluster({ count: 2, lease, redis }, async (other) => {
                    const listener = await rawConnect(one.nodes[0]);
                    await listener.enter('news');
                    await trigger(other.nodes[0], 'news', 'theirs');
                    await trigger(one.nodes[1], 'news', 'ours');
                    assert.deepEqual(names(await listener.inbox.until('ours')), ['ours']);
                    assert.deepEqual((await query(other.nodes[1], '/channels')).channels, {});
                });
            });
        } finally {
            await redis.stop();
        }
    });
});
