// Runs the checker: node tests/e2e/support/checker/main.mjs --seed N --seconds S --nodes 3 --lease 3
// Ends with 1 if something is wrong, and then says what, in as few lines as it can.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { report } from './report.mjs';
import { defaults, runFaults, runOutage } from './run2.mjs';

const numbers = ['seed', 'seconds', 'nodes', 'shards', 'lease', 'devices', 'users', 'channels', 'publishes', 'says',
    'churns'];
const { values } = parseArgs({
    options: {
        ...Object.fromEntries(numbers.map((name) => [name, { type: 'string' }])),
        /** Kinds, with commas; '' for none. */
        faults: { type: 'string' },
        /** Redis away for three leases, and back with `data` or `nothing`, instead of a mix of faults. */
        outage: { type: 'string' },
        /** Seconds are cut into rounds of so many, each on a cluster of its own and with a seed of its own. */
        round: { type: 'string', default: '60' },
        /** A file for the whole history of a round that failed, one entry a line. */
        history: { type: 'string' },
        /** Without Redis, to try the checker itself. */
        alone: { type: 'boolean', default: false },
    },
});
const { round, history, outage, faults, alone, ...given } = values;
const options = { ...defaults, seed: Math.floor(Math.random() * 2 ** 31) };
for (const [name, text] of Object.entries(given)) options[name] = Number(text);
if (faults !== undefined) options.faults = faults.split(',').filter(Boolean);

let left = options.seconds;
for (let { seed } = options; left > 0; left -= Number(round), ++seed) {
    const seconds = Math.min(left, Number(round));
    console.log(`seed ${seed}, ${seconds} s, ${options.nodes} nodes, lease ${options.lease} s`);
    const { wrong, entries, figures } = outage
        ? await runOutage({ ...options, keep: outage, seed, alone })
        : await runFaults({ ...options, seconds, seed, alone });
    console.log(JSON.stringify(figures));
    if (wrong.length > 0) {
        console.log(report(wrong, entries));
        if (history) writeFileSync(history, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
        process.exit(1);
    }
    if (outage) break;
}
process.exit(0);
