/** Time that passes between one thing and the next of a run. */
export const pass = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What can go wrong, by name. Each is over when its function comes back, and nothing is left of it. */
const faults = {
    /** A node is gone, without a word; a fresh one comes. */
    async kill({ cluster, node, random, lease }) {
        await cluster.kill(node);
        await pass(random.between(0, lease * 1.5));
        await cluster.add();
    },
    async stop({ cluster, node }) {
        await cluster.stop(node);
        await cluster.add();
    },
    /** For longer than the lease, most of the time. */
    async freeze({ node, random, lease }) {
        node.child.kill('SIGSTOP');
        await pass(random.between(lease * 0.7, lease * 2));
        node.child.kill('SIGCONT');
    },
    async cut({ node, random, lease }) {
        node.proxy.cut();
        await pass(random.between(500, lease * 2));
        await node.proxy.heal();
    },
    /** It has its connections, and hears nothing. What it sent comes late. */
    async 'black hole'({ node, random, lease }) {
        node.proxy.blackhole();
        await pass(random.between(500, lease * 2));
        await node.proxy.heal();
    },
    async delay({ node, random }) {
        node.proxy.delay(random.between(20, 200));
        await pass(random.between(1_000, 3_000));
        await node.proxy.heal();
    },
    async 'redis pause'({ redis, random, lease }) {
        redis.pause();
        await pass(random.between(500, lease * 1.5));
        redis.resume();
    },
};
for (const keep of ['data', 'older', 'nothing', 'crash']) {
    faults[`redis ${keep}`] = ({ redis, random, lease }) => redis.restart({
        keep, whileDown: () => pass(random.between(0, lease * 1.5)),
    });
}

export const kinds = Object.keys(faults);

/** Makes things go wrong, one at a time, each kind once before any comes again. */
export class Faults {
    #left = [];

    /** `lease` in milliseconds. `only`: the kinds to choose from. */
    constructor({ history, random, cluster, lease, only = kinds }) {
        Object.assign(this, { history, random, cluster, lease, only });
        this.redis = cluster.redis;
    }

    async inject() {
        if (this.#left.length === 0) this.#left = this.random.sample(this.only, this.only.length);
        const what = this.#left.pop();
        const node = this.random.pick(this.cluster.nodes);
        const about = what.startsWith('redis') ? { what } : { what, node: node.name };
        this.history.add('fault', { ...about, phase: 'begin' });
        await faults[what]({ ...this, node });
        this.history.add('fault', { ...about, phase: 'end' });
    }
}
