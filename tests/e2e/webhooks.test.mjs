import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { connect, metricsOf, rawConnect, sdk, signIn, subscribe } from './support/clients.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';
import { WebhookReceiver } from './support/webhook_receiver.mjs';

const everything = [
    'channel_occupied', 'channel_vacated', 'member_added', 'member_removed', 'client_event',
    'cache_miss', 'subscription_count', 'user_online', 'user_offline',
];

const other = { id: 'other-id', key: 'other-key', secret: 'other-secret' };

/** The receivers of the suite that runs, by name. */
let to;
/** Starts receivers, and configures the apps that use them. */
const appsWith = (options, apps) => async () => {
    to = Object.fromEntries(await Promise.all(Object.entries(options).map(async ([name, each]) => {
        return [name, await new WebhookReceiver(each).start()];
    })));
    return ['--apps', JSON.stringify(apps(to))];
};
/** Every request was right. */
function closeAll() {
    for (const receiver of Object.values(to)) {
        receiver.close();
        assert.deepEqual(receiver.wrong, []);
    }
}

/** A new name for each test, so that none hears of another's channels. */
let lastName = 0;
const newName = (prefix = '') => `${prefix}c${++lastName}`;

suite('webhooks', (server) => {
    after(closeAll);
    const of = (channel) => (event) => event.channel === channel;
    /** The next events of the channel. */
    async function next(channel, count) {
        const events = [];
        while (events.length < count) {
            const all = await to.backend.until(of(channel));
            events.push(all.at(-1));
        }
        return events;
    }

    /** Webhooks of one node come in order; those of several, each from where it was decided, in any. */
    function assertTold(events, expected) {
        const sorted = (list) => list.map((event) => JSON.stringify(event, Object.keys(event).sort())).sort();
        if (server.nodes.length > 1) assert.deepEqual(sorted(events), sorted(expected));
        else assert.deepEqual(events, expected);
    }

    test('report a channel occupied once, and vacated, at once without a grace', async () => {
        const channel = newName();
        const [one, two] = [await rawConnect(server), await rawConnect(server)];
        await one.enter(channel);
        await two.enter(channel);
        one.leave(channel);
        two.drop();
        assertTold(await next(channel, 6), [
            { name: 'channel_occupied', channel },
            { name: 'subscription_count', channel, subscription_count: 1 },
            { name: 'subscription_count', channel, subscription_count: 2 },
            { name: 'subscription_count', channel, subscription_count: 1 },
            { name: 'subscription_count', channel, subscription_count: 0 },
            { name: 'channel_vacated', channel },
        ]);
    });

    test('report members by user, not by connection', async () => {
        const channel = newName('presence-');
        const tabs = [await rawConnect(server), await rawConnect(server)];
        for (const tab of tabs) await tab.enter(channel, { user_id: 'ann' });
        const bob = await rawConnect(server);
        await bob.enter(channel, { user_id: 'bob "x"' });
        tabs[0].leave(channel);
        tabs[1].drop();
        assertTold(await next(channel, 4), [
            { name: 'channel_occupied', channel },
            { name: 'member_added', channel, user_id: 'ann' },
            { name: 'member_added', channel, user_id: 'bob "x"' },
            { name: 'member_removed', channel, user_id: 'ann' },
        ]);
        bob.drop();
        assertTold(await next(channel, 2), [
            { name: 'member_removed', channel, user_id: 'bob "x"' },
            { name: 'channel_vacated', channel },
        ]);
    });

    test('report client events, with data as text and the sender', async () => {
        const channel = newName('presence-');
        const ann = await rawConnect(server);
        await ann.enter(channel, { user_id: 'ann' });
        const send = (data) => ann.send({ event: 'client-typing', channel, data });
        send({ on: true, n: 1.50 });
        send('plain "text"');
        const head = { name: 'client_event', channel, event: 'client-typing' };
        const tail = { socket_id: ann.socketId, user_id: 'ann' };
        assertTold(await next(channel, 4), [
            { name: 'channel_occupied', channel }, { name: 'member_added', channel, user_id: 'ann' },
            { ...head, data: '{"on":true,"n":1.5}', ...tail },
            { ...head, data: 'plain "text"', ...tail },
        ]);

        const open = newName('private-');
        await ann.enter(open);
        ann.send({ event: 'client-x', channel: open, data: null });
        const event = (await next(open, 3)).find(({ name }) => name === 'client_event');
        assert.deepEqual(event, {
            name: 'client_event', channel: open, event: 'client-x', data: 'null',
            socket_id: ann.socketId,
        });
    });

    test('report simultaneous cache misses once', async () => {
        const channel = newName('cache-');
        const clients = await Promise.all([1, 2, 3].map(() => rawConnect(server)));
        await Promise.all(clients.map((client) => client.enter(channel)));
        await sdk(server).trigger(channel, 'price', '1');
        await (await rawConnect(server)).enter(channel);
        const events = await next(channel, 6);
        const misses = events.filter(({ name }) => name === 'cache_miss');
        assert.deepEqual(misses, [{ name: 'cache_miss', channel }]);
    });

    test('report signed-in users, but not their own channels', async () => {
        const id = newName('user-');
        const isOf = (event) => event.user_id === id;
        const client = await connect(server, { account: { id } });
        await signIn(client);
        assert.deepEqual((await to.backend.until(isOf)).at(-1), { name: 'user_online', user_id: id });
        client.disconnect();
        const all = await to.backend.until(isOf);
        assert.deepEqual(all.at(-1), { name: 'user_offline', user_id: id });
        assert.deepEqual(all.filter((event) => event.channel?.startsWith('#')), []);
    });

    test('are sent for encrypted channels, too', async () => {
        const channel = newName('private-encrypted-');
        const client = await connect(server, {
            masterKey: Buffer.alloc(32, 7).toString('base64'),
        });
        client.subscribe(channel);
        const [occupied] = await next(channel, 1);
        assert.deepEqual(occupied, { name: 'channel_occupied', channel });
    });

    test('are sent with the configured headers, path and query', async () => {
        await (await rawConnect(server)).enter(newName());
        await to.backend.inbox.until('channel_occupied');
        const { headers, url, time } = to.backend.requests.at(-1);
        assert.equal(url, '/hook?token=secret');
        assert.equal(headers.authorization, 'Bearer of-the-endpoint');
        assert.equal(headers['content-type'], 'application/json');
        assert.equal(headers['x-pusher-key'], app.key);
        assert.match(headers['x-carillon-delivery'], /^[0-9a-f]{32}$/);
        assert.ok(Math.abs(Date.now() - time) < 60_000);
        const said = server.child.text.stderr;
        assert.doesNotMatch(said, /of-the-endpoint|token=secret/);
        const metrics = await metricsOf(server);
        assert.match(metrics, /carillon_webhook_events_total\{app="app-id",endpoint="http:\/\/loc/);
        assert.doesNotMatch(metrics, /of-the-endpoint|token|hook\?/);
    });
}, appsWith({ backend: {} }, ({ backend }) => [{
    ...app, subscription_count: true, webhook_grace_seconds: 0,
    webhooks: [{
        url: `${backend.url}?token=secret`, events: everything,
        headers: { Authorization: 'Bearer of-the-endpoint' },
    }],
}]));

suite('webhooks of several endpoints', (server) => {
    after(closeAll);
    test('reach the endpoints whose kinds and filters match, also within a batch', async () => {
        const [chat, office, lobby] = ['presence-room-1', 'presence-office-1', 'private-room-1'];
        const own = await rawConnect(server);
        for (const channel of [office, chat]) await own.enter(channel, { user_id: 'ann' });
        await own.enter(lobby);
        own.send({ event: 'client-e', channel: lobby, data: 1 });
        await own.enter('presence-room-2', { user_id: 'ann' });

        // Webhooks are in order per channel only.
        const countOf = (name) => {
            let count = 0;
            return (event) => event.name === name && ++count;
        };
        const occupied = countOf('channel_occupied');
        await to.quick.until((event) => occupied(event) === 4);
        const added = countOf('member_added');
        const some = await to.filtered.until((event) => added(event) === 2);
        assert.deepEqual(new Set(some.map(({ name }) => name)), new Set(['member_added']));
        assert.deepEqual(some.map(({ channel }) => channel).sort(), ['presence-room-1', 'presence-room-2']);
    });

    test('of different apps never share a request, even for equal channel names', async () => {
        const path = '/app/other-key?protocol=7&client=test&version=1';
        const channel = newName();
        const stranger = await rawConnect(server, path);
        const own = await rawConnect(server);
        await Promise.all([own.enter(channel), stranger.enter(channel)]);
        await to.quick.until((event) => event.channel === channel);
        await to.othersBackend.until((event) => event.channel === channel);
        const keys = (receiver) => new Set(receiver.requests.map(({ headers }) => headers['x-pusher-key']));
        assert.deepEqual(keys(to.quick), new Set([app.key]));
        assert.deepEqual(keys(to.othersBackend), new Set([other.key]));
    });

    test('are sent one by one without batching, else together', async () => {
        const names = Array.from({ length: 40 }, () => newName());
        const client = await rawConnect(server);
        for (const name of names) client.join(name);
        for (const receiver of [to.single, to.quick]) {
            const missing = new Set(names);
            while (missing.size > 0) {
                for (const { channel } of await receiver.until(() => true)) missing.delete(channel);
            }
        }
        const sizes = (receiver) => receiver.requests.map(({ events }) => events.length);
        assert.deepEqual(new Set(sizes(to.single)), new Set([1]));
        assert.ok(Math.max(...sizes(to.quick)) > 1);
        for (const { events } of to.quick.requests) assert.ok(events.length <= 5);
    });
}, appsWith({
    quick: {}, filtered: {}, single: {}, othersBackend: { credentials: other },
}, ({ quick, filtered, single, othersBackend }) => [{
    ...app, webhook_grace_seconds: 0,
    webhooks: [
        {
            url: quick.url, events: ['channel_occupied', 'member_added', 'client_event'],
            batch_max_events: 5,
        },
        {
            url: filtered.url, events: ['member_added', 'member_removed', 'channel_vacated'],
            channels: { prefix: 'presence-', exact: ['presence-room-1', 'presence-room-2'] },
            batch_delay_ms: 200,
        },
        { url: single.url, events: ['channel_occupied'], batch_max_events: 1 },
    ],
}, {
    ...other, webhooks: [{ url: othersBackend.url, events: ['channel_occupied'] }],
}]));

suite('webhooks of clients that return', (server) => {
    after(closeAll);
    const of = (name) => (event) => event.channel === name && event.name === 'channel_occupied';
    const channel = 'presence-page';
    const page = async () => {
        const client = await connect(server, { user: { user_id: 'ann' }, account: { id: 'ann' } });
        await signIn(client);
        await subscribe(client, channel);
        return client;
    };

    test('a reload causes none; a departure is reported once', async () => {
        const first = await page();
        const came = await to.back.until(({ name }) => name === 'member_added');
        assert.deepEqual(came.map(({ name }) => name).sort(),
            ['channel_occupied', 'member_added', 'user_online']);
        first.disconnect();
        const second = await page();
        // Unsubscribing is leaving, too.
        second.unsubscribe(channel);
        await subscribe(second, channel);
        // Who leaves after them is told of when they would have been.
        const witness = await rawConnect(server);
        await witness.enter('marker');
        witness.drop();
        const told = (event) => event.channel === 'marker' && event.name === 'channel_vacated';
        assert.deepEqual(await to.back.until(told),
            ['channel_occupied', 'channel_vacated'].map((name) => ({ name, channel: 'marker' })));

        const left = performance.now();
        second.disconnect();
        const gone = [];
        while (gone.length < 3) gone.push(...await to.back.until(() => true));
        assert.ok(performance.now() - left >= 2900);
        assert.deepEqual(gone.map(({ name }) => name).sort(),
            ['channel_vacated', 'member_removed', 'user_offline']);
        await (await rawConnect(server)).enter('marker-2');
        const rest = await to.back.until(of('marker-2'));
        assert.deepEqual(rest.filter(({ channel: name }) => name === channel), []);
    });
}, appsWith({ back: {} }, ({ back }) => [{
    ...app,
    webhooks: [{ url: back.url, events: everything, batch_max_events: 1 }],
}]));
