import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

import PusherServer from 'pusher';

import { Inbox } from './inbox.mjs';
import { app } from './server.mjs';

const receivers = new Set();
process.on('exit', () => receivers.forEach((receiver) => receiver.close()));

/**
 * An app's backend. Every request must pass the real SDK's check; what fails it goes to `wrong`.
 * Events of requests that it answers with 2xx go to `inbox`: { event: name, webhook, delivery }.
 */
export class WebhookReceiver {
    /** What it does: answer(request, response), which may be replaced while it runs. */
    answer = (request, response) => response.end();
    inbox = new Inbox('webhook receiver');
    requests = [];
    wrong = [];

    constructor({ credentials = app, tls, host = '127.0.0.1', port = 0 } = {}) {
        Object.assign(this, { credentials, tls, host, port });
    }

    async start() {
        const handle = (request, response) => this.#receive(request, response);
        this.server = this.tls ? createSecureServer(this.tls, handle) : createServer(handle);
        this.server.listen(this.port, this.host);
        await once(this.server, 'listening');
        this.port = this.server.address().port;
        receivers.add(this);
        return this;
    }

    /** Where the server finds it, under a name that its certificate has. */
    get url() {
        return `${this.tls ? 'https' : 'http'}://localhost:${this.port}/hook`;
    }

    close() {
        receivers.delete(this);
        this.server.closeAllConnections();
        this.server.close();
    }

    /** The events that came, up to the first that `wanted` accepts. */
    async until(wanted, options) {
        const items = await this.inbox.until(({ webhook }) => wanted(webhook), options);
        return items.map(({ webhook }) => webhook);
    }

    async #receive(request, response) {
        let body = '';
        try {
            for await (const part of request.setEncoding('utf8')) body += part;
        } catch {
            return;  // The sender has gone.
        }
        const headers = request.headers;
        const sdk = new PusherServer({ appId: 'any', ...this.credentials });
        const webhook = sdk.webhook({ headers, rawBody: body });
        const delivery = headers['x-carillon-delivery'];
        const seen = { delivery, headers, body, at: performance.now(), url: request.url };
        this.requests.push(seen);
        if (!webhook.isValid() || request.method !== 'POST' || !delivery) {
            this.wrong.push(seen);
            return response.writeHead(401).end();
        }
        seen.time = webhook.getTime().getTime();
        seen.events = webhook.getEvents();
        response.on('finish', () => {
            if (Math.floor(response.statusCode / 100) !== 2) return;
            for (const webhook of seen.events) {
                this.inbox.push({ event: webhook.name, webhook, delivery });
            }
        });
        this.answer(seen, response, request.socket);
    }
}

/** A receiver for one test. */
export async function withReceiver(body, options) {
    const receiver = await new WebhookReceiver(options).start();
    try {
        await body(receiver);
        assert.deepEqual(receiver.wrong, []);
    } finally {
        receiver.close();
    }
}
