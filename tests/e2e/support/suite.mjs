import { after, afterEach, before, describe } from 'node:test';

import { disconnectAll } from './clients.mjs';
import { Cluster } from './cluster.mjs';
import { Server } from './server.mjs';

/**
 * What to test with: shards, and how they flush if that is not up to them, and after an @ how many nodes
 * that share a Redis. One that flushes as it likes, four that gather writes, and three nodes, or what
 * CARILLON_TEST_SHARDS lists (`3`, `1,2/gathered,8`, `2@3`).
 */
const variants = (process.env.CARILLON_TEST_SHARDS ?? '1,4/gathered,2@3').split(',');

/**
 * Declares the same tests for a server with one shard, for one with several, and for a cluster. `args` may
 * be a function that prepares what they need, called before each of the servers starts. `alone`: why a
 * cluster is no place for these tests, if what they test is one process by nature.
 */
export function suite(title, body, args = [], { alone } = {}) {
    for (const variant of variants) {
        const [each, count] = variant.split('@');
        const [shards, flusher = 'auto'] = each.split('/');
        const name = `${title}, --shards ${shards}${count ? `, ${count} nodes` : ''}`;
        describe(name, { timeout: 120_000, skip: count ? alone : false }, () => {
            const own = ['--shards', shards, '--flusher', flusher];
            const server = count ? new Cluster(own, { count: Number(count) }) : new Server(own);
            before(async () => {
                server.args.push(...(typeof args === 'function' ? await args() : args));
                await server.start();
            });
            afterEach(disconnectAll);
            after(() => server.stop());
            body(server);
        });
    }
}

/** One server for one test. `body` may stop it and start it again. */
export async function withServer(args, body, where) {
    const server = await new Server(args).start(where);
    try {
        await body(server);
        disconnectAll();
        await server.stop();
    } finally {
        disconnectAll();
        await server.kill();
    }
}
