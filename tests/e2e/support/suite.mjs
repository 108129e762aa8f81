import { after, afterEach, before, describe } from 'node:test';

import { disconnectAll } from './clients.mjs';
import { Server } from './server.mjs';

/**
 * What to test with: shards, and how they flush if that is not up to them. One that flushes as it likes
 * and four that gather writes, or what CARILLON_TEST_SHARDS lists (`3`, `1,2/gathered,8`).
 */
const variants = (process.env.CARILLON_TEST_SHARDS ?? '1,4/gathered').split(',');

/**
 * Declares the same tests for a server with one shard and for one with several. `args` may be a
 * function that prepares what they need, called before each of the servers starts.
 */
export function suite(title, body, args = []) {
    for (const variant of variants) {
        const [shards, flusher = 'auto'] = variant.split('/');
        describe(`${title}, --shards ${shards}`, { timeout: 120_000 }, () => {
            const server = new Server(['--shards', shards, '--flusher', flusher]);
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
