import { test } from 'node:test';

import { Arena } from './support/fuzzer/round.mjs';

// Rounds that found something are kept here; `support/fuzzer/main.mjs` looks for new ones.
const seeds = [100];

test('conversations that a seed decides hurt neither the server nor others', { timeout: 120_000 }, async () => {
    const arena = await Arena.open(2);
    try {
        for (const seed of seeds) await arena.round(seed, 4);
        await arena.close();
    } finally {
        await arena.server.kill();
    }
});
