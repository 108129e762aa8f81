import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';

import { hmac } from '../clients.mjs';
import { app } from '../server.mjs';

const path = `/apps/${app.id}/events`;

/** Sends a trigger. Comes back with the status, 0 if the connection ended without one. */
function post(agent, port, fields) {
    const body = JSON.stringify(fields);
    const query = [
        `auth_key=${app.key}`, `auth_timestamp=${Math.floor(Date.now() / 1000)}`, 'auth_version=1.0',
        `body_md5=${createHash('md5').update(body).digest('hex')}`,
    ].join('&');
    const signed = `${path}?${query}&auth_signature=${hmac(`POST\n${path}\n${query}`)}`;
    return new Promise((resolve) => {
        const sent = request({
            agent, port, host: '127.0.0.1', method: 'POST', path: signed,
            headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
        }, (response) => {
            response.resume().on('close', () => resolve(response.complete ? response.statusCode : 0));
        });
        sent.on('error', () => resolve(0));
        sent.end(body);
    });
}

/**
 * Publishers: each sends numbered events to one channel through one node, the next when the last is
 * answered. One whose request ends without an answer is not heard of again, since it cannot know whether
 * that event may still come, and another takes its place.
 */
export class Publishers {
    #streams = new Map();
    #names = 0;
    #sending = new Set();

    constructor({ history, random, nodes, channels }) {
        Object.assign(this, { history, random, nodes, channels });
        this.agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
    }

    /** One event through any node, if its publisher there is free. */
    step() {
        const nodes = this.nodes();
        if (nodes.length > 0) this.publish(this.random.pick(nodes), this.random.pick(this.channels));
    }

    publish(node, channel) {
        const key = `${node.name} ${channel}`;
        const stream = this.#streams.get(key) ?? { publisher: `p${++this.#names}`, n: 0, busy: false };
        this.#streams.set(key, stream);
        if (stream.busy) return;
        const sending = this.#send(node, channel, key, stream);
        this.#sending.add(sending);
        sending.finally(() => this.#sending.delete(sending));
    }

    /** Comes back when all requests have ended. */
    async settle() {
        await Promise.all(this.#sending);
    }

    stop() {
        this.agent.destroy();
    }

    async #send(node, channel, key, stream) {
        const { publisher } = stream;
        const n = stream.n++;
        stream.busy = true;
        this.history.add('publish', { publisher, n, channel, node: node.name });
        const data = JSON.stringify({ p: publisher, n });
        const status = await post(this.agent, node.port, { name: 'n', channel, data });
        this.history.add('answer', { publisher, n, status });
        stream.busy = false;
        if (status === 0) this.#streams.delete(key);
    }
}
