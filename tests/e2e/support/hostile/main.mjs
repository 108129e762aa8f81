// Measures what one hostile connection costs others and the node, for each pattern of patterns.mjs:
//   node tests/e2e/support/hostile/main.mjs [--only 'pings,joins and leaves'] [--seconds 10] [--rate 1000000]
// Prints a table in Markdown. Goal: others lose less than 10 ms of p99, nobody is evicted, and the node pays less than
// 16 MiB and half a core; ends with 1 if it is missed. Run it on a quiet machine: it measures.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { metricsOf } from '../clients.mjs';
import { app, endWithUs, Server } from '../server.mjs';
import { patterns } from './patterns.mjs';

const { values } = parseArgs({
    options: {
        only: { type: 'string' }, seconds: { type: 'string', default: '10' },
        rate: { type: 'string', default: '1000000' }, shards: { type: 'string', default: '2' },
    },
});
const seconds = Number(values.seconds);
const pause = (s) => new Promise((resolve) => setTimeout(resolve, s * 1000));
const ticksPerSecond = 100;

function start(script, ...args) {
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), args);
    endWithUs(child);
    return child;
}

const cpuSeconds = (pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};
const residentMiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function receivedBytes(server) {
    return Number(/^carillon_received_bytes_total (\d+)/m.exec(await metricsOf(server))[1]);
}

/** Over the given time: latencies of others, evictions, CPU as cores, the largest memory in MiB, KB/s received. */
async function observe(server, others) {
    const { pid } = server.child;
    others.send({ begin: true });
    const received = await receivedBytes(server);
    const [cpu, begin] = [cpuSeconds(pid), performance.now()];
    let memory = 0;
    while (performance.now() - begin < seconds * 1000) {
        memory = Math.max(memory, residentMiB(pid));
        await pause(0.1);
    }
    const took = (performance.now() - begin) / 1000;
    const cores = (cpuSeconds(pid) - cpu) / took;
    const rate = ((await receivedBytes(server)) - received) / took / 1000;
    others.send({ report: true });
    const [{ latencies, evicted, missing }] = await once(others, 'message');
    latencies.sort((a, b) => a - b);
    const quantile = (q) => latencies[Math.floor(latencies.length * q)] ?? NaN;
    return { p50: quantile(0.5), p99: quantile(0.99), evicted, missing, cores, memory, rate };
}

async function measure(name) {
    const apps = [{ ...app, subscription_count: true }];
    const server = await new Server(['--apps', JSON.stringify(apps), '--shards', values.shards]).start();
    const others = start('others.mjs', String(server.port));
    await once(others, 'message');
    await pause(1);
    const before = await observe(server, others);
    const attacker = start('attacker.mjs', String(server.port), name, values.rate);
    let ended = 0;
    attacker.on('message', (message) => (ended = message.ended));
    const during = await observe(server, others);
    attacker.kill('SIGKILL');
    others.kill('SIGKILL');
    await server.kill();
    return {
        rate: during.rate - before.rate, ended, before, during,
        evicted: during.evicted, lost: during.p99 - before.p99, cores: during.cores - before.cores,
        memory: during.memory - before.memory,
    };
}

const meets = ({ lost, evicted, cores, memory, during }) => {
    return lost < 10 && evicted === 0 && during.missing === 0 && cores < 0.5 && memory < 16;
};
const names = values.only ? values.only.split(',') : Object.keys(patterns);
console.log('| one connection | read, KB/s | p50, ms | p99, ms | p99 alone, ms | evicted | cores | MiB | goal |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
let isMet = true;
for (const name of names) {
    const result = await measure(name);
    const { rate, ended, before, during, evicted, cores, memory } = result;
    isMet = meets(result) && isMet;
    const columns = [
        `${name}: ${patterns[name].what}`, `${rate.toFixed(0)}${ended > 0 ? ` (closed ${ended} times)` : ''}`,
        during.p50.toFixed(1), during.p99.toFixed(1), before.p99.toFixed(1), evicted, Math.max(cores, 0).toFixed(2),
        memory.toFixed(1), meets(result) ? 'met' : 'missed',
    ];
    console.log(`| ${columns.join(' | ')} |`);
}
process.exit(isMet ? 0 : 1);
