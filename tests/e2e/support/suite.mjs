import { after, afterEach, before, describe } from 'node:test';

import { disconnectAll } from './clients.mjs';
import { Server } from './server.mjs';

/** How many shards to test with: 1 and 4, or what CARILLON_TEST_SHARDS lists (`3`, `1,2,8`). */
const shardCounts = (process.env.CARILLON_TEST_SHARDS ?? '1,4').split(',');

/**
 * Declares the same tests for a server with one shard and for one with several. `args` may be a
 * function that prepares what they need, called before each of the servers starts.
 */
export function suite(title, body, args = []) {
    for (const shards of shardCounts) {
        describe(`${title}, --shards ${shards}`, { timeout: 120_000 }, () => {
            const server = new Server(['--shards', shards]);
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
