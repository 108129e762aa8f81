import WebSocket from 'ws';

import { hmac } from '../clients.mjs';
import { app } from '../server.mjs';

const path = `/app/${app.key}?protocol=7&client=checker&version=1`;

/**
 * One device of a user: while it is wanted it keeps a connection to some node and subscriptions to the
 * channels in `wants`, and comes back by itself, as pages do. Each connection has a name of its own.
 */
class Device {
    wanted = false;
    wants = new Set();
    /** Of the connection that it has: its name, and how far each subscription is. */
    connection = null;
    joined = new Map();
    #socket = null;
    #timer = null;
    #said = 0;

    constructor(fleet, user) {
        Object.assign(this, { fleet, user });
    }

    start() {
        this.wanted = true;
        if (!this.#socket) this.#connect();
    }

    /** `politely`: with a close frame; or the connection just ends. */
    stop(politely = true) {
        this.wanted = false;
        this.#end(politely);
    }

    /** Loses its connection, and finds another. */
    drop(politely) {
        this.#end(politely);
        this.start();
    }

    join(channel) {
        this.wants.add(channel);
        if (this.connection && !this.joined.has(channel)) this.#subscribe(channel);
    }

    /** Only what it has joined: else a late success would look like a second subscription. */
    leave(channel) {
        if (!this.joined.get(channel)) return;
        this.wants.delete(channel);
        this.joined.delete(channel);
        this.fleet.history.add('leaving', { connection: this.connection, channel });
        this.#send({ event: 'pusher:unsubscribe', data: { channel } });
    }

    say(channel) {
        if (!this.joined.get(channel)) return;
        const n = this.#said++;
        this.fleet.history.add('say', { connection: this.connection, channel, n });
        this.#send({ event: 'client-n', channel, data: { c: this.connection, n } });
    }

    /** It is as it should be. */
    get settled() {
        if (!this.wanted) return !this.#socket;
        return this.connection !== null && [...this.wants].every((channel) => this.joined.get(channel));
    }

    #connect() {
        clearTimeout(this.#timer);
        const node = this.fleet.pickNode();
        if (!node) return this.#later();
        const socket = new WebSocket(`ws://127.0.0.1:${node.port}${path}`, { perMessageDeflate: false });
        this.#socket = socket;
        // Kept apart: late words of a connection that was given up are nobody's.
        const isMine = () => this.#socket === socket;
        socket.on('message', (bytes) => isMine() && this.#hear(JSON.parse(bytes), node));
        socket.on('error', () => {});
        socket.on('close', () => {
            if (!isMine()) return;
            this.#forget('server');
            if (this.wanted) this.#later();
        });
    }

    #later() {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.wanted && !this.#socket && this.#connect(), 100);
    }

    #end(politely) {
        clearTimeout(this.#timer);
        const socket = this.#socket;
        if (!socket) return;
        this.#forget('client');
        if (politely && socket.readyState === WebSocket.OPEN) socket.close();
        else socket.terminate();
    }

    #forget(by) {
        if (this.connection) this.fleet.history.add('close', { connection: this.connection, by });
        this.connection = null;
        this.#socket = null;
        this.joined.clear();
    }

    #send(message) {
        this.#socket.send(JSON.stringify(message));
    }

    #subscribe(channel) {
        this.joined.set(channel, false);
        this.fleet.history.add('joining', { connection: this.connection, channel });
        const data = { channel };
        if (channel.startsWith('presence-')) data.channel_data = JSON.stringify({ user_id: this.user });
        if (/^p[a-z]+-/.test(channel)) {
            const signed = [this.socketId, channel, data.channel_data].filter(Boolean).join(':');
            data.auth = `${app.key}:${hmac(signed)}`;
        }
        this.#send({ event: 'pusher:subscribe', data });
    }

    #hear({ event, channel, data }, node) {
        const { history } = this.fleet;
        const { connection } = this;
        switch (event) {
            case 'pusher:connection_established':
                this.socketId = JSON.parse(data).socket_id;
                this.connection = this.fleet.nameConnection();
                history.add('open', { connection: this.connection, node: node.name, user: this.user });
                for (const name of this.wants) this.#subscribe(name);
                break;
            case 'pusher_internal:subscription_succeeded': {
                this.joined.set(channel, true);
                const members = JSON.parse(data).presence?.ids;
                history.add('joined', { connection, channel, ...(members && { members }) });
                break;
            }
            case 'pusher_internal:member_added':
            case 'pusher_internal:member_removed': {
                const kind = event.endsWith('added') ? 'added' : 'removed';
                history.add(kind, { connection, channel, user: JSON.parse(data).user_id });
                break;
            }
            case 'n': {
                const { p, n } = JSON.parse(data);
                if (this.joined.has(channel)) history.add('got', { connection, channel, publisher: p, n });
                break;
            }
            case 'client-n': {
                const { c, n } = JSON.parse(data);
                if (this.joined.has(channel)) history.add('heard', { connection, channel, sender: c, n });
                break;
            }
            case 'pusher:ping': this.#send({ event: 'pusher:pong', data: {} }); break;
            case 'pusher:error':
            case 'pusher:subscription_error':
                // A node that stops asks its clients to go elsewhere.
                if (data.code !== 4200) {
                    history.add('error', { connection, channel, code: data.code, text: data.message ?? data.error });
                }
                break;
            default:
        }
    }
}

/** Users with devices that come, go, subscribe and talk, as a random number decides. */
export class Fleet {
    #names = 0;

    /** `nodes()`: those that take connections. `channels`: which there are. */
    constructor({ history, random, nodes, channels, users, devices }) {
        Object.assign(this, { history, random, nodes, channels });
        this.devices = Array.from({ length: devices }, (_, n) => new Device(this, `u${n % users}`));
    }

    nameConnection() {
        return `c${++this.#names}`;
    }

    pickNode() {
        const nodes = this.nodes();
        return nodes.length > 0 ? this.random.pick(nodes) : null;
    }

    start() {
        for (const device of this.devices) {
            for (const channel of this.random.sample(this.channels, 1 + this.random.below(4))) device.join(channel);
            if (this.random.chance(0.8)) device.start();
        }
    }

    /** Somebody does something. */
    churn() {
        const { random } = this;
        const device = random.pick(this.devices);
        const politely = random.chance(0.5);
        if (!device.wanted) {
            if (random.chance(0.5)) device.start();
        } else if (random.chance(0.15)) {
            device.stop(politely);
        } else if (random.chance(0.2)) {
            device.drop(politely);
        } else if (random.chance(0.5)) {
            device.join(random.pick(this.channels));
        } else if (device.wants.size > 0) {
            device.leave(random.pick([...device.wants]));
        }
    }

    /** Somebody says something. */
    talk() {
        const device = this.random.pick(this.devices);
        const where = [...device.joined.keys()].filter((channel) => /^(private|presence)-/.test(channel));
        if (where.length > 0) device.say(this.random.pick(where));
    }

    get settled() {
        return this.devices.every((device) => device.settled);
    }

    stop() {
        for (const device of this.devices) device.stop(false);
    }
}
