import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { report } from './support/checker/report.mjs';
import { runFaults, runOutage } from './support/checker/run.mjs';
import { needsCluster } from './support/cluster.mjs';

// The same seed each time, so that a change is what a failure comes from; CARILLON_CHECKER_SEED=random for
// another. For longer: node support/checker/main.mjs --seed N --seconds S
const wanted = process.env.CARILLON_CHECKER_SEED ?? '3';

async function check(context, run, options) {
    const seed = wanted === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(wanted);
    context.diagnostic(`seed ${seed}`);
    const { wrong, entries, figures } = await run({ seed, ...options });
    context.diagnostic(JSON.stringify(figures));
    assert.ok(wrong.length === 0, `seed ${seed}\n${report(wrong, entries)}`);
    return figures;
}

/** Those who look at one process only, and at what the checker does to it. */
describe('the checker, on one node without Redis', { timeout: 120_000 }, () => {
    test('finds nothing wrong, whatever happens to Redis', async (context) => {
        const faults = ['redis data', 'redis older', 'redis nothing', 'cut', 'black hole', 'freeze'];
        const figures = await check(context, runFaults, { alone: true, nodes: 1, lease: 0.5, seconds: 8, faults });
        assert.ok(figures.calm > 0 && figures.added > 0 && figures.heard > 0 && figures.faults >= 2);
    });

    test('finds that three such nodes are no cluster', async () => {
        const { wrong } = await runFaults({ alone: true, lease: 0.5, seconds: 1, faults: [] });
        const checks = new Set(wrong.map(({ check }) => check));
        for (const name of ['nothing lost', 'end state', 'webhooks']) assert.ok(checks.has(name), name);
    });
});

describe('three nodes', { skip: needsCluster, timeout: 300_000 }, () => {
    test('keep the promises for 30 seconds of faults', async (context) => {
        const figures = await check(context, runFaults, { seconds: 30 });
        assert.ok(figures.calm > 0 && figures.added > 0 && figures.removed > 0 && figures.faults > 0);
    });

    for (const keep of ['data', 'nothing']) {
        test(`announce no change when Redis is away for three leases and comes back with ${keep}`, async (context) => {
            await check(context, runOutage, { keep, lease: 2 });
        });
    }
});
