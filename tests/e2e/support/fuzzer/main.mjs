// Talks to a real server as hostile clients would, by WebSocket, REST and the fallback, through reloads, as a seed
// decides, beside clients that behave and must not notice:
//   node tests/e2e/support/fuzzer/main.mjs --seconds 60
//   node tests/e2e/support/fuzzer/main.mjs --seed N --rounds 1        repeats a round that failed
// Ends with 1 if something is wrong, and then says what. CARILLON_BINARY may be a build with sanitizers.
import { parseArgs } from 'node:util';

import { Arena } from './round.mjs';

const { values } = parseArgs({
    options: {
        seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
        seconds: { type: 'string', default: '60' },
        rounds: { type: 'string' },
        conversations: { type: 'string', default: '25' },
        shards: { type: 'string', default: '2' },
    },
});
const end = performance.now() + Number(values.seconds) * 1000;
const arena = await Arena.open(Number(values.shards));
let seed = Number(values.seed);
const last = values.rounds ? seed + Number(values.rounds) : Infinity;
try {
    for (; seed < last && (values.rounds || performance.now() < end); ++seed) {
        const begin = performance.now();
        const figures = await arena.round(seed, Number(values.conversations));
        const took = ((performance.now() - begin) / 1000).toFixed(1);
        console.log(`seed ${seed}: ${took} s, ${JSON.stringify(figures)}`);
    }
    await arena.close();
} catch (error) {
    console.log(`seed ${seed} failed: ${error.stack}`);
    console.log(arena.server.child.text.stderr.slice(-6000));
    console.log(`repeat it with --seed ${seed} --rounds 1 --shards ${values.shards} --conversations ${values.conversations}`);
    process.exit(1);
}
process.exit(0);
