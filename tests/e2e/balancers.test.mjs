import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';

import { RawClient, connect, query, sdk, subscribe } from './support/clients.mjs';
import { startHaproxy, startNginx } from './support/programs.mjs';
import { withServer } from './support/suite.mjs';

/** An example of docs/examples, or a file from there, with the addresses of this test. */
async function example(name, nodes) {
    const text = await readFile(new URL(`../../docs/examples/${name}`, import.meta.url), 'utf8');
    return (port) => text.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)
        .replaceAll('bind :6001', `bind 127.0.0.1:${port}`)
        .replaceAll('node1:6001', `127.0.0.1:${nodes[0].port}`)
        .replaceAll('node2:6001', `127.0.0.1:${nodes[1].port}`)
        .replaceAll('127.0.0.1:6001', `127.0.0.1:${nodes[0].port}`)
        .replaceAll('127.0.0.1:6002', `127.0.0.1:${nodes[1].port}`);
}

const balancers = [
    ['nginx', 'nginx.conf', startNginx],
    ['HAProxy', 'haproxy.cfg', startHaproxy],
    ['HAProxy of Docker Compose', '../../docker/compose/haproxy.cfg', startHaproxy],
];

describe('behind a load balancer, as in the examples', { timeout: 120_000 }, () => {
    for (const [name, file, start] of balancers) {
        for (const transport of ['ws', 'xhr_streaming', 'xhr_polling']) {
            test(`${name}, ${transport}: each session stays with its node`, async () => {
                await withServer([], (one) => withServer([], async (two) => {
                    const proxy = await start(await example(file, [one, two]));
                    try {
                        await talk([one, two], proxy.port, transport);
                    } finally {
                        await proxy.stop();
                    }
                }));
            });
        }
    }
});

/** No more than what a guide to HAProxy shows. Clients' own lines of X-Forwarded-For reach the server. */
const appendingHaproxy = (node) => (port) => `
    defaults
        mode http
        timeout connect 5s
        timeout client 60s
        timeout server 60s
    frontend realtime
        bind 127.0.0.1:${port}
        option forwardfor
        default_backend carillon
    backend carillon
        server node 127.0.0.1:${node.port}
`;

const shipped = (file) => (node) => example(file, [node, node]);

const believing = [
    ['nginx, as in the example', startNginx, shipped('nginx.conf')],
    ['HAProxy, as in the example', startHaproxy, shipped('haproxy.cfg')],
    ['HAProxy with just option forwardfor', startHaproxy, appendingHaproxy],
];

/** How many of 20 clients that come at once are refused, each with its own source address and headers. */
async function refused(port, sourceOf, headersOf) {
    const clients = Array.from({ length: 20 }, (_, n) => new RawClient({ port }, undefined, {
        localAddress: sourceOf(n), headers: headersOf(n),
    }));
    const first = await Promise.all(clients.map(({ inbox }) => inbox.next()));
    const errors = first.filter(({ event }) => event !== 'pusher:connection_established');
    for (const { data } of errors) assert.equal(data?.code, 4100);
    return errors.length;
}

describe('behind a trusted proxy', { timeout: 60_000 }, () => {
    const limit = ['--connection.max-new-per-second-per-address', '3'];
    // The proxy calls from 127.0.0.1, the clients from other addresses of the loopback network.
    const trust = ['--http.trusted-proxies', '["127.0.0.1"]'];
    for (const [name, start, configuration] of believing) {
        test(`${name}: a client cannot choose its address`, async () => {
            await withServer([...limit, ...trust], async (server) => {
                const proxy = await start(await configuration(server));
                const another = (n) => [`198.51.100.${n}`, `203.0.113.${n}, 127.0.0.1`];
                try {
                    const forged = await refused(proxy.port, () => '127.0.0.2', (n) => {
                        return { 'X-Forwarded-For': another(n) };
                    });
                    assert.ok(forged > 0, 'each was taken for another client');
                    const honest = await refused(proxy.port, (n) => `127.0.1.${n + 1}`, () => {
                        return { 'X-Forwarded-For': another(0) };
                    });
                    assert.equal(honest, 0, 'all were taken for one client');
                } finally {
                    await proxy.stop();
                }
            });
        });
    }
});

/** Clients that come through the balancer get every event once, in order; both nodes have some. */
async function talk(nodes, port, transport) {
    const options = { wsPort: port, httpHost: '127.0.0.1', httpPort: port, enabledTransports: [transport] };
    const channels = [];
    for (let i = 0; i < 24; ++i) {
        channels.push(await subscribe(await connect(nodes[0], options), 'news'));
    }
    for (let n = 0; n < 20; ++n) {
        for (const node of nodes) await sdk(node).trigger('news', 'counted', n);
    }
    const order = Array.from({ length: 20 }, (_, n) => n);
    for (const channel of channels) {
        const seen = await channel.inbox.until(({ data }) => data === 19);
        assert.deepEqual(seen.map(({ data }) => data), order);
    }
    for (const node of nodes) {
        assert.equal((await query(node, '/channels/news')).occupied, true);
    }
}
