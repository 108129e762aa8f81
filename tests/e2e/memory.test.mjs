import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { disconnectAll, rawConnect } from './support/clients.mjs';
import { eventually } from './support/inbox.mjs';
import { binary } from './support/server.mjs';
import { withServer } from './support/suite.mjs';

const connections = 2000;
const channelsEach = 20;
// Sanitizers have an allocator of their own, which keeps what is freed to find its later use.
const skip = /\/(asan|tsan)\//.test(binary) && 'not this allocator';

const residentKiB = (server) => {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]);
};

describe('memory', { timeout: 90_000 }, () => {
    test('is returned after a peak of connections, channels and members', { skip }, async () => {
        await withServer(['--shards', '2', '--limits.max-presence-members', '0'], async (server) => {
            const one = await rawConnect(server);
            await one.enter('presence-crowd', { user_id: 'first' });
            const before = residentKiB(server);
            for (let i = 0; i < connections; i += 100) {
                const clients = await Promise.all(Array.from({ length: 100 }, () => rawConnect(server)));
                for (const [n, client] of clients.entries()) {
                    for (let c = 0; c < channelsEach; ++c) client.join(`a-channel-of-${i + n}-number-${c}`);
                    if (n === 0) client.join('presence-crowd', { user_id: `user-${i}` });
                }
                await Promise.all(clients.map((client) => client.ping()));
            }
            const peak = residentKiB(server);
            assert.ok(peak > 2 * before, `${peak} KiB, ${before} KiB before`);
            disconnectAll();
            await eventually('memory is given back', () => residentKiB(server) <= 1.3 * before, { within: 40_000 });
        });
    });
});
