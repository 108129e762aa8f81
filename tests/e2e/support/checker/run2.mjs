import { query } from '../clients.mjs';
import { Cluster } from '../cluster.mjs';
import { eventually } from '../inbox.mjs';
import { app } from '../server.mjs';
import { WebhookReceiver } from '../webhook_receiver.mjs';
import { checkAll, figuresOf, noTransitions } from './checks.mjs';
import { Faults, kinds, pass } from './faults.mjs';
import { Fleet } from './fleet.mjs';
import { History } from './history.mjs';
import { Publishers } from './publishers.mjs';
import { Random } from './random.mjs';

export const defaults = {
    seed: 1, seconds: 30, nodes: 3, shards: 2, lease: 3, devices: 300, users: 140, channels: 12,
    /** A second: events over REST, client events, and devices that do something. */
    publishes: 150, says: 20, churns: 25,
    faults: kinds,
    /** One node without Redis, to try the checker itself. */
    alone: false,
};

/** Calls `act` so many times a second, until the function that it returns is called. */
function often(timesASecond, act) {
    let due = 0;
    let last = performance.now();
    const timer = setInterval(() => {
        const now = performance.now();
        // What the process has slept through is not made up for.
        due = Math.min(due + ((now - last) / 1000) * timesASecond, timesASecond / 4 + 1);
        last = now;
        for (; due >= 1; --due) act();
    }, 10);
    return () => clearInterval(timer);
}

const channelsOf = (count) => Array.from({ length: count }, (_, n) => {
    return `${['presence-', 'private-', '', 'presence-'][n % 4]}room-${n}`;
});

/** A cluster with all that goes on in it, and the history of it. */
class Run {
    constructor(options) {
        this.options = { ...defaults, ...options };
        this.history = new History();
        this.channels = channelsOf(this.options.channels);
        // Each has numbers of its own, so that one does not change what another chooses.
        const random = (n) => new Random(this.options.seed * 16 + n);
        const nodes = () => this.cluster.nodes;
        const common = { history: this.history, channels: this.channels, nodes };
        const { users, devices } = this.options;
        this.fleet = new Fleet({ ...common, random: random(1), users, devices });
        this.publishers = new Publishers({ ...common, random: random(2) });
        this.random = random(0);
    }

    async start() {
        const { nodes, shards, lease, seconds, alone } = this.options;
        this.receiver = await new WebhookReceiver().start();
        this.receiver.inbox.push = ({ webhook: { name, channel, user_id: user } }) => {
            this.history.add('webhook', { name, channel, ...(user && { user }) });
        };
        const apps = [{
            ...app, subscription_count: true, webhook_grace_seconds: 0, limits: { max_presence_members: 0 },
            webhooks: [{
                url: this.receiver.url,
                events: ['channel_occupied', 'channel_vacated', 'member_added', 'member_removed'],
            }],
        }];
        const args = ['--shards', String(shards), '--apps', JSON.stringify(apps)];
        this.cluster = new Cluster(args, {
            count: nodes, lease, alone, proxied: true, redis: { persist: 'rdb' }, within: (seconds + 180) * 1000,
        });
        await this.cluster.start();
        this.fleet.start();
        await eventually('all are connected', () => this.fleet.settled);
    }

    async stop() {
        const ks = (await this.cluster.redis.cli("KEYS","*")).sort(); const H={}, A={};
        for (const k of ks) { const m=/\{(p\d+)\}:(h:.*|all|was|dead)$/.exec(k); if (!m) continue; const v=await this.cluster.redis.cli("HGETALL",k); if (m[2]==='dead'||m[2]==='was') console.error('DEAD/WAS',k,JSON.stringify(v)); else if (m[2]==='all') A[m[1]]=v; else for (const [t,n] of Object.entries(v)) { ((H[m[1]]??={})[t]??={})[m[2]]=Number(n); } }
        for (const p in A) for (const t in A[p]) { const s=Object.values(H[p]?.[t]??{}).reduce((a,b)=>a+b,0); if (s!==Number(A[p][t])) console.error('MISMATCH',p,t,A[p][t],JSON.stringify(H[p]?.[t])); }
        for (const n of this.cluster.nodes) { const r=await (await fetch(`http://127.0.0.1:${n.adminPort}/status`)).json(); console.error('STATUS', n.name, JSON.stringify(r.cluster), n.child.text.stderr.split('\n').slice(-6).join(' | ')); }
        for (const p in A) { const ns=await this.cluster.redis.cli('HKEYS','test-1:{'+p+'}:nodes'); const ops=await this.cluster.redis.cli('HGETALL','test-1:{'+p+'}:ops'); console.error('NODES',p,JSON.stringify(ns),JSON.stringify(ops), JSON.stringify(await this.cluster.redis.cli('HGETALL','test-1:{'+p+'}:meta')),JSON.stringify(await this.cluster.redis.cli('HGETALL','test-1:{'+p+'}:known'))); }
        console.error('ALLH', JSON.stringify(H));
        this.fleet.stop();
        this.publishers.stop();
        await this.cluster.kill();
        this.receiver.close();
        if (this.receiver.wrong.length > 0) throw new Error(`${this.receiver.wrong.length} webhooks were not signed`);
    }

    /** What every node says over REST, of all channels, as entries. */
    async ask() {
        const { now } = this.history;
        const all = this.cluster.nodes.flatMap((node) => this.channels.map(async (channel) => {
            const isPresence = channel.startsWith('presence-');
            const info = isPresence ? 'subscription_count,user_count' : 'subscription_count';
            const answer = await query(node, `/channels/${channel}`, { info });
            const members = isPresence ? (await query(node, `/channels/${channel}/users`)).users : [];
            return {
                at: now(), kind: 'asked', node: node.name, channel, occupied: answer.occupied,
                subscriptions: answer.subscription_count ?? 0, users: members.map(({ id }) => id),
                ...(isPresence && { count: answer.user_count ?? 0 }),
            };
        }));
        return Promise.all(all);
    }

    /** Until nothing is wrong any more, or `within` milliseconds have passed: what is wrong then. */
    async rest(within, check) {
        const deadline = performance.now() + within;
        await this.publishers.settle();
        await eventually('all are connected', () => this.fleet.settled, { within: within + 10_000 });
        for (;;) {
            const entries = [...this.history.entries, ...await this.ask()];
            const wrong = check(entries);
            if (wrong.length === 0 || performance.now() > deadline) return { wrong, entries };
            await pass(250);
        }
    }
}

/** What a run comes to: `wrong`, the `entries` of its history, and `figures`. */
async function withRun(options, body) {
    const run = new Run(options);
    try {
        await run.start();
        const { wrong, entries } = await body(run);
        return { wrong, entries, figures: figuresOf(entries) };
    } finally {
        await run.stop();
    }
}

/** Life goes on for so many seconds while things go wrong, one after the other. */
export function runFaults(options = {}) {
    return withRun(options, async (run) => {
        const { seconds, publishes, says, churns, faults: only } = run.options;
        const lease = run.options.lease * 1000;
        const { history, cluster, random } = run;
        const faults = new Faults({ history, random, cluster, lease, only });
        const stops = [
            often(publishes, () => run.publishers.step()), often(says, () => run.fleet.talk()),
            often(churns, () => run.fleet.churn()),
        ];
        try {
            const end = performance.now() + seconds * 1000;
            while (performance.now() < end) {
                await cluster.redis.snapshot();
                await pass(random.between(1_000, 3_000));
                if (only.length > 0) await faults.inject();
            }
        } finally {
            stops.forEach((stop) => stop());
        }
        return run.rest(lease + 5_000, checkAll);
    });
}

/**
 * Redis is away for three leases, and comes back with or without its data, while nobody comes or goes.
 * Nobody may be said to. In the end somebody does go, so that one sees that it would be told.
 */
export function runOutage({ keep = 'data', ...options } = {}) {
    return withRun({ devices: 120, users: 60, publishes: 60, ...options }, async (run) => {
        const { history, fleet, publishers, cluster, options: { publishes } } = run;
        const lease = run.options.lease * 1000;
        await run.rest(lease + 5_000, checkAll);
        const from = history.now();
        const stop = often(publishes, () => publishers.step());
        const what = `redis ${keep}`;
        try {
            history.add('fault', { what, phase: 'begin' });
            await cluster.redis.restart({ keep, whileDown: () => pass(3 * lease) });
            history.add('fault', { what, phase: 'end' });
            // A lease later nobody waits any more for a node that might still register.
            await pass(2 * lease + 5_000);
        } finally {
            stop();
        }
        const quiet = await run.rest(lease + 5_000, checkAll);
        const wrong = [...noTransitions(quiet.entries, { from }), ...quiet.wrong];
        const leaver = fleet.devices.find(({ joined }) => [...joined.keys()].some((name) => name.startsWith('presence-')));
        for (const device of fleet.devices) if (device.user === leaver.user) device.stop();
        const last = await run.rest(lease + 5_000, checkAll);
        if (!last.entries.some(({ kind, at, user }) => kind === 'removed' && at > from && user === leaver.user)) {
            wrong.push({ check: 'no transitions', text: `nor is ${leaver.user} said to go, who went`, about: {} });
        }
        return { wrong: [...wrong, ...last.wrong], entries: last.entries };
    });
}
