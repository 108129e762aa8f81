import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { disconnectAll, rawConnect } from './support/clients.mjs';
import { Certificates } from './support/certificates.mjs';
import { eventually } from './support/inbox.mjs';
import { app } from './support/server.mjs';
import { withServer } from './support/suite.mjs';
import { WebhookReceiver } from './support/webhook_receiver.mjs';

const channels = Array.from({ length: 100 }, (_, n) => `private-${n}`);
const eventsAChannel = 100;
const other = { id: 'other-id', key: 'other-key', secret: 'other-secret' };
const certificates = new Certificates();

const ok = (request, response) => {
    response.end();
};
/** `bad` for the first requests, which returns whether it took them; then all is well. */
const first = (count, bad) => (request, response, socket) => {
    return --count >= 0 ? bad(response, socket) : ok(request, response);
};
const status = (code, headers) => (response) => {
    response.writeHead(code, headers).end();
};

/** What receivers do, and how their endpoints are configured beyond the usual. */
const conditions = {
    healthy: { answer: ok },
    slow: {
        answer: (request, response) => {
            setTimeout(() => response.end(), 30);
        },
    },
    'failing for a while': { answer: first(6, status(500)) },
    'busy, with Retry-After': { answer: first(3, status(429, { 'Retry-After': '1' })) },
    'resetting connections': {
        answer: first(4, (response, socket) => {
            socket.resetAndDestroy();
        }),
    },
    'hanging at first': { answer: first(3, () => {}), endpoint: { timeout_seconds: 1 } },
    'talking garbage': {
        answer: first(4, (response, socket) => {
            socket.end('SSH-2.0-OpenSSH_9.2\r\n\r\n');
        }),
    },
    redirecting: { answer: first(2, status(302, { Location: '/elsewhere' })) },
    'talking at length': {
        answer: first(4, (response) => {
            response.writeHead(200);
            const timer = setInterval(() => response.write('x'.repeat(1 << 20)), 1);
            response.on('close', () => clearInterval(timer));
            response.on('error', () => {});
            return true;  // It has said 200: that counts, however much follows.
        }),
    },
    'behind TLS with an authority of its own': {
        answer: ok, endpoint: { tls_ca_file: certificates.file('ca.pem') },
        receiver: () => ({ tls: {
            cert: certificates.pem('cert.pem'), key: certificates.pem('key.pem'),
        } }),
    },
    'on IPv6': { answer: ok, receiver: () => ({ host: '::1' }), url: (port) => `http://[::1]:${port}/` },
};

/** Sends 10,000 client events over 100 channels, a number each that counts up in its channel. */
async function sendAll(server, clients) {
    for (let n = 0; n < eventsAChannel; ++n) {
        for (const [i, channel] of channels.entries()) {
            clients[i % clients.length].send({ event: 'client-n', channel, data: String(n) });
        }
        if (n % 10 === 9) await Promise.all(clients.map((client) => client.ping()));
    }
}

/** Each event has come, and each channel's for the first time in order. */
function assertComplete(deliveries) {
    const next = new Map(channels.map((channel) => [channel, 0]));
    const taken = new Set();
    for (const { delivery, events } of deliveries) {
        if (taken.has(delivery)) continue;
        taken.add(delivery);
        for (const { name, channel, data } of events) {
            assert.equal(name, 'client_event');
            assert.equal(data, String(next.get(channel)), channel);
            next.set(channel, next.get(channel) + 1);
        }
    }
    for (const [channel, count] of next) assert.equal(count, eventsAChannel, channel);
}

/** Retries are the same request, byte by byte. */
function assertRetriesAreEqual(requests) {
    const known = new Map();
    for (const { delivery, body, headers } of requests) {
        const signed = `${body} ${headers['x-pusher-signature']}`;
        assert.equal(known.get(delivery) ?? signed, signed);
        known.set(delivery, signed);
    }
}

async function start(condition, options = {}) {
    const receiver = await new WebhookReceiver({ ...condition.receiver?.(), ...options }).start();
    receiver.delivered = [];
    receiver.answer = (request, response, socket) => {
        response.on('finish', () => {
            if (response.statusCode === 200) receiver.delivered.push(request);
        });
        if (condition.answer(request, response, socket)) receiver.delivered.push(request);
    };
    return receiver;
}

const countOf = (receiver) => {
    const unique = new Map(receiver.delivered.map((request) => [request.delivery, request]));
    return [...unique.values()].reduce((sum, { events }) => sum + events.length, 0);
};

describe('10,000 webhook events over 100 channels', { timeout: 180_000 }, () => {
    const all = channels.length * eventsAChannel;
    const limits = { max_client_events_per_second: 0 };
    const endpointOf = (receiver, { endpoint, url }) => ({
        url: url ? url(receiver.port) : receiver.url, events: ['client_event'], ...endpoint,
    });

    async function subscribeAll(server) {
        const clients = await Promise.all(Array.from({ length: 4 }, () => rawConnect(server)));
        for (const [i, channel] of channels.entries()) {
            await clients[i % clients.length].enter(channel);
        }
        return clients;
    }

    test('arrive in order, whatever each of many endpoints does, and never for a wrong app', async () => {
        const running = await Promise.all(Object.entries(conditions).map(async ([name, condition]) => {
            return { name, condition, receiver: await start(condition) };
        }));
        const stranger = await start({ answer: ok }, { credentials: other });
        const apps = [{
            ...app, limits, webhooks: running.map(({ condition, receiver }) => endpointOf(receiver, condition)),
        }, {
            ...other, limits, webhooks: [{ url: stranger.url, events: ['channel_occupied', 'client_event'] }],
        }];
        await withServer(['--shards', '2', '--apps', JSON.stringify(apps)], async (server) => {
            const elsewhere = await rawConnect(server, '/app/other-key?protocol=7');
            elsewhere.subscribe('0');
            await sendAll(server, await subscribeAll(server));
            for (const { name, receiver } of running) {
                await eventually(`${name}: all have come`, () => countOf(receiver) === all,
                    { within: 90_000 });
                assertComplete(receiver.delivered);
                assertRetriesAreEqual(receiver.requests);
                assert.deepEqual(receiver.wrong, [], name);
                assert.deepEqual(receiver.requests.filter(({ url }) => url === '/elsewhere'), [], name);
            }
            assert.deepEqual(stranger.wrong, []);
            assert.deepEqual(stranger.requests.flatMap(({ events }) => events),
                [{ name: 'channel_occupied', channel: '0' }]);
        });
        for (const { receiver } of running) receiver.close();
        stranger.close();
    });

    test('reach other endpoints while one is down, and that one when it is up a minute later', async () => {
        const down = await start({ answer: ok });
        const { port } = down;
        down.close();
        const up = await start({ answer: ok });
        const webhooks = [down, up].map((receiver) => endpointOf(receiver, {}));
        const apps = JSON.stringify([{ ...app, limits, webhooks }]);
        await withServer(['--shards', '2', '--apps', apps], async (server) => {
            const clients = await subscribeAll(server);
            const began = performance.now();
            await sendAll(server, clients);
            await eventually('the other has all', () => countOf(up) === all);
            assertComplete(up.delivered);
            const metrics = await (await fetch(`http://127.0.0.1:${server.adminPort}/metrics`)).text();
            const breaker = new RegExp(`webhook_breaker\\{.*localhost:${port}#.*\\} [12]`);
            assert.match(metrics, breaker);

            await new Promise((resolve) => setTimeout(resolve, 60_000 - (performance.now() - began)));
            const again = await start({ answer: ok }, { port });
            await eventually('all have come', () => countOf(again) === all, { within: 60_000 });
            assertComplete(again.delivered);
            again.close();

            const said = server.child.text.stderr.split('\n').filter((line) => /webhooks? (for )?endpoint/.test(line));
            assert.equal(said.length, 2, said.join('\n'));
            const failing = /webhook endpoint http:\/\/localhost:\d+#[0-9a-f]{8} of app app-id is failing \(unreachable\)/;
            assert.match(said[0], failing);
            assert.match(said[1], /has recovered/);
        });
        up.close();
        disconnectAll();
    });
});
