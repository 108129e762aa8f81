import { once } from 'node:events';
import { connect, createServer } from 'node:net';

import { quietPort } from './ports.mjs';

/** What goes one way through a connection: pieces, each with the time from which it may go on. */
class Pipe {
    #pieces = [];
    #timer = null;

    constructor(link, from, to) {
        Object.assign(this, { link, proxy: link.proxy });
        from.on('data', (bytes) => this.#add(() => to.write(bytes)));
        from.on('end', () => this.#add(() => to.end()));
        from.on('close', () => this.#add(() => to.destroy()));
        from.on('error', () => {});
    }

    #add(pass) {
        this.#pieces.push({ due: performance.now() + this.proxy.milliseconds, pass });
        this.flow();
    }

    /** Lets through what may go. */
    flow() {
        clearTimeout(this.#timer);
        const now = performance.now();
        const isHeld = this.proxy.held.has(this.link.kind);
        while (!isHeld && this.#pieces[0]?.due <= now) this.#pieces.shift().pass();
        if (isHeld || this.#pieces.length === 0) return;
        this.#timer = setTimeout(() => this.flow(), this.#pieces[0].due - now);
        this.#timer.unref();
    }

    end() {
        clearTimeout(this.#timer);
        this.#pieces = [];
    }
}

/** Stands between one node and Redis, on a port that it keeps, and does what networks do. */
export class TcpProxy {
    /** Kinds of connections: those that have subscribed to something are `subscriptions`, others `commands`. */
    held = new Set();
    milliseconds = 0;
    #links = new Set();

    /** To a port of this machine. */
    constructor(to) {
        this.to = to;
    }

    async start() {
        this.port ??= await quietPort();
        this.server = createServer((near) => this.#link(near)).listen(this.port, '127.0.0.1');
        this.server.unref();
        await once(this.server, 'listening');
        return this;
    }

    /** Connections that are open. */
    get links() {
        return this.#links.size;
    }

    /** Ends all connections, and refuses new ones. */
    cut() {
        this.server?.close();
        this.server = null;
        for (const { near, far, pipes } of this.#links) {
            for (const pipe of pipes) pipe.end();
            near.resetAndDestroy();
            far.resetAndDestroy();
        }
    }

    /** Takes connections and all that comes, and passes nothing on; not even that a connection has ended. */
    blackhole() {
        this.hold('commands', 'subscriptions');
    }

    /** Keeps back what goes through connections of these kinds. */
    hold(...kinds) {
        for (const kind of kinds) this.held.add(kind);
    }

    release(...kinds) {
        for (const kind of kinds) this.held.delete(kind);
        for (const { pipes } of this.#links) pipes.forEach((pipe) => pipe.flow());
    }

    /** From now on each piece takes so long, either way. */
    delay(milliseconds) {
        this.milliseconds = milliseconds;
    }

    /** Ends whatever is wrong. What a black hole has held comes through, late. */
    async heal() {
        this.milliseconds = 0;
        this.release(...this.held);
        if (!this.server) await this.start();
    }

    stop() {
        this.cut();
    }

    #link(near) {
        const far = connect({ port: this.to, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
        near.setNoDelay(true);
        const link = { proxy: this, near, far, kind: 'commands' };
        near.on('data', (bytes) => {
            if (bytes.includes('SUBSCRIBE')) link.kind = 'subscriptions';
        });
        link.pipes = [new Pipe(link, near, far), new Pipe(link, far, near)];
        this.#links.add(link);
        let open = 2;
        for (const socket of [near, far]) {
            socket.on('close', () => --open || this.#links.delete(link));
        }
    }
}
