import { disconnectAll } from './clients.mjs';
import { Redis } from './redis.mjs';
import { Server } from './server.mjs';
import { TcpProxy } from './tcp_proxy.mjs';

/** Why tests that need several nodes are skipped, if they are. */
export const needsCluster =
    (process.env.CARILLON_TEST_SHARDS ?? '@').includes('@') ? false : 'CARILLON_TEST_SHARDS names no cluster';

let clusters = 0;

/**
 * Several nodes on one Redis, with the interface of one Server. `port` and `url` are another node's each
 * time they are read, so that clients and requests spread over all: whatever has to stay on one node reads
 * them once, or uses `one`.
 */
export class Cluster {
    /** Those that run. */
    nodes = [];
    #reads = 0;
    #started = 0;

    /**
     * `proxied`: each node reaches Redis through a `proxy` of its own. `redis`: options, or one that runs
     * already. `lease`: in seconds, if not the default. `within`: milliseconds that no node outlives.
     * `alone`: the nodes know nothing of Redis, nor of each other; only for tests of the tests.
     */
    constructor(args = [], { count = 3, redis = {}, proxied = false, lease, within, alone = false } = {}) {
        Object.assign(this, { args, count, proxied, lease, within, alone });
        this.ownsRedis = !(redis instanceof Redis);
        this.redis = this.ownsRedis ? new Redis({ persist: 'none', ...redis }) : redis;
        this.prefix = `test-${++clusters}`;
    }

    async start() {
        if (this.ownsRedis) await this.redis.start();
        await Promise.all(Array.from({ length: this.count }, () => this.add()));
        return this;
    }

    /** Starts one more node. It has a `name`: no two have had the same. */
    async add({ port } = {}) {
        const name = `n${++this.#started}`;
        const proxy = this.proxied ? await new TcpProxy(this.redis.port).start() : null;
        const node = new Server([...this.args, ...this.redisArgs(proxy ?? this.redis)]);
        try {
            await node.start({ port, within: this.within });
        } catch (error) {
            proxy?.stop();
            throw error;
        }
        Object.assign(node, { name, proxy });
        this.nodes.push(node);
        return node;
    }

    /** What makes a node one of this cluster; `at`: where it finds Redis. */
    redisArgs({ port } = this.redis) {
        if (this.alone) return [];
        const lease = this.lease ? ['--redis.lease-seconds', String(this.lease)] : [];
        return ['--redis.url', `redis://127.0.0.1:${port}/0`, '--redis.prefix', this.prefix, ...lease];
    }

    /** A node; the next time another. Shifted by one each round, for those who read several times in turn. */
    get one() {
        const { length } = this.nodes;
        const at = this.#reads++;
        return this.nodes[(at + Math.floor(at / length)) % length];
    }

    get port() {
        return this.one.port;
    }

    get url() {
        return this.one.url;
    }

    get adminPort() {
        return this.one.adminPort;
    }

    /** All processes at once: signals go to each, and what they say comes together. */
    get child() {
        const children = this.nodes.map(({ child }) => child);
        const said = (stream) => children.map(({ text }) => text[stream]).join('');
        return {
            kill: (signal) => children.map((child) => child.kill(signal)).every(Boolean),
            ended: Promise.all(children.map(({ ended }) => ended)),
            text: { stdout: said('stdout'), stderr: said('stderr') },
        };
    }

    /** All of them, or the one, as an operator would. */
    async stop(...nodes) {
        await this.#end(nodes, (node) => node.stop());
    }

    async kill(...nodes) {
        await this.#end(nodes, (node) => node.kill());
    }

    async #end(nodes, end) {
        const ending = nodes.length > 0 ? nodes : this.nodes;
        this.nodes = this.nodes.filter((node) => !ending.includes(node));
        const ended = await Promise.allSettled(ending.map(end));
        for (const { proxy } of ending) proxy?.stop();
        if (this.nodes.length === 0 && this.ownsRedis) await this.redis.stop();
        const failed = ended.find(({ reason }) => reason);
        if (failed) throw failed.reason;
    }
}

/** A cluster for one test, with clients of clients.mjs. `body` may end nodes and add others. */
export async function withCluster({ args = [], ...options }, body) {
    const cluster = new Cluster(args, options);
    try {
        await cluster.start();
        await body(cluster);
        disconnectAll();
        await cluster.stop();
    } finally {
        disconnectAll();
        await cluster.kill();
    }
}
