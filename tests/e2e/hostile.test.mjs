import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { RawClient, compressedFrame, metricsOf, rawConnect, sdk } from './support/clients.mjs';
import { HttpConnection } from './support/http.mjs';
import { eventually } from './support/inbox.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';

const perSecond = 20;
const burst = 20 * perSecond;

/** Counts what the client is sent, without keeping it. */
function counted(client, event) {
    const count = { received: 0, begin: process.hrtime.bigint() };
    client.socket.removeAllListeners('message');
    client.socket.on('message', (bytes) => {
        if (bytes.includes(event)) count.received++;
    });
    /** The most that the rate can have let through until now, however slow this machine is. */
    count.most = () => burst + perSecond * (Number(process.hrtime.bigint() - count.begin) / 1e9 + 1);
    return count;
}

suite('a client that subscribes without end', (server) => {
    test('is read later, and others are served', async () => {
        const hostile = await rawConnect(server);
        const victim = await rawConnect(server);
        await victim.subscribe('news');
        const count = counted(hostile, 'subscription_succeeded');
        // Each is answered, also those that repeat the first.
        for (let i = 0; i < 10_000; i++) {
            hostile.send({ event: 'pusher:subscribe', data: { channel: 'news' } });
        }
        await eventually('its burst is used up', () => count.received >= burst);
        for (let i = 0; i < 20; i++) {
            await victim.ping();
            await sdk(server).trigger('news', 'event', i);
            assert.equal(JSON.parse((await victim.inbox.next('event')).data), i);
            assert.ok(count.received <= count.most(), `${count.received} answers`);
        }
        hostile.drop();
    });

    test('a page that subscribes to many channels at once is not held up', async () => {
        const page = await rawConnect(server);
        const count = counted(page, 'subscription_succeeded');
        for (let i = 0; i < burst - 1; i++) {
            page.send({ event: 'pusher:subscribe', data: { channel: `page-${i}` } });
        }
        await eventually('all subscriptions', () => count.received === burst - 1);
    });

    test('a connection that opens fallback sessions without end is read later, and others are not', async () => {
        const http = await HttpConnection.open(server.one);
        const count = { answers: 0, begin: performance.now() };
        http.socket.on('data', (text) => (count.answers += text.split('HTTP/1.1 200').length - 1));
        const open = (id) => `POST /app/${app.key}/0/${id}/xhr?protocol=7 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;
        for (let i = 0; i < 3 * burst; i++) http.write(open(`s${i}`));
        await eventually('its burst is used up', () => count.answers >= burst);
        for (let i = 0; i < 20; i++) {
            const other = await HttpConnection.open(server.one);
            other.write(open(`other${i}`));
            assert.equal((await other.response()).status, 200);
            other.close();
            const most = burst + perSecond * ((performance.now() - count.begin) / 1000 + 1);
            assert.ok(count.answers <= most, `${count.answers} answers, at most ${most}`);
        }
        http.close();
    });

    test('the same by the HTTP fallback', async () => {
        const session = `${server.one.url}/app/${app.key}/000/hostile1`;
        const signal = AbortSignal.timeout(60_000);
        const stream = await fetch(`${session}/xhr_streaming?protocol=7`, { method: 'POST', signal });
        const subscribe = (_, n) => JSON.stringify({ event: 'pusher:subscribe', data: { channel: `c${n}.` } });
        const body = JSON.stringify(Array.from({ length: burst + 5 }, subscribe));
        const { status } = await fetch(`${session}/xhr_send?protocol=7`, { method: 'POST', body, signal });
        assert.equal(status, 204);
        let text = '';
        for await (const bytes of stream.body) {
            text += Buffer.from(bytes).toString();
            if (text.includes(`c${burst + 4}.`)) break;
        }
        assert.equal(text.split('subscription_succeeded').length - 1, burst + 5);
    });
}, ['--connection.max-changes-per-second', String(perSecond)]);

suite('clients of one address that subscribe without end', (server) => {
    const from = async (address) => {
        const client = new RawClient(server, undefined, { headers: { 'X-Forwarded-For': address } });
        await client.inbox.next('pusher:connection_established');
        return client;
    };

    test('share its rate, and clients of other addresses are served', async () => {
        const hostile = [await from('203.0.113.7'), await from('203.0.113.7')];
        const victim = await from('198.51.100.1');
        const counts = hostile.map((client) => counted(client, 'subscription_succeeded'));
        for (const client of hostile) {
            for (let i = 0; i < 5_000; i++) client.join('news');
        }
        const received = () => counts.reduce((sum, count) => sum + count.received, 0);
        await eventually('their burst is used up', () => received() >= burst);
        for (let i = 0; i < 20; i++) {
            await victim.enter(`victim-${i}`);
            // One more per connection: a message is read before its bucket is looked at.
            const most = counts[0].most() + hostile.length;
            assert.ok(received() <= most, `${received()} answers, at most ${most}`);
        }
        const heldBack = (await metricsOf(server)).matchAll(/^carillon_clients_held_back_total (\d+)$/gm);
        assert.ok([...heldBack].reduce((sum, [, value]) => sum + Number(value), 0) >= 1);
        for (const client of hostile) client.drop();
    });
}, ['--connection.max-changes-per-second', '0', '--connection.max-changes-per-second-per-address',
    String(perSecond), '--http.trusted-proxies', '["127.0.0.1"]'], { alone: 'each node counts for itself' });

suite('a refusal', (server) => {
    test('shows at most 1 KiB of the channel name that it refuses', async () => {
        const client = new RawClient(server, undefined, { perMessageDeflate: true });
        await client.inbox.next('pusher:connection_established');
        // Its end does not compress, so that the frame is of a size that `compressedFrame` can write.
        const channel = 'é'.repeat(20_000) + randomBytes(200).toString('hex');
        const subscription = JSON.stringify({ event: 'pusher:subscribe', data: { channel } });
        client.socket._socket.write(compressedFrame(subscription));
        const refusal = await client.inbox.next('pusher:subscription_error');
        assert.equal(refusal.channel, 'é'.repeat(512));
        client.join(`${'x'.repeat(300)}`);
        assert.equal((await client.inbox.next('pusher:subscription_error')).channel.length, 300);
    });
});
