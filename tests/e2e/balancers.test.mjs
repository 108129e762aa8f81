import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';

import { connect, query, sdk, subscribe } from './support/clients.mjs';
import { startHaproxy, startNginx } from './support/proxies.mjs';
import { withServer } from './support/suite.mjs';

/** An example of docs/examples, with the addresses of this test. */
async function example(name, nodes) {
    const text = await readFile(new URL(`../../docs/examples/${name}`, import.meta.url), 'utf8');
    return (port) => text.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)
        .replaceAll('127.0.0.1:6001', `127.0.0.1:${nodes[0].port}`)
        .replaceAll('127.0.0.1:6002', `127.0.0.1:${nodes[1].port}`);
}

const balancers = [
    ['nginx', 'nginx.conf', startNginx],
    ['HAProxy', 'haproxy.cfg', startHaproxy],
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
