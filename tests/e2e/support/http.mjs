import { once } from 'node:events';
import { connect } from 'node:net';

import { sdk } from './clients.mjs';

/** The path with a signed query for it, as the SDK makes it. */
export function signed(server, method, path, body, params = {}) {
    return `${path}?${sdk(server).createSignedQueryString({ method, path, body, params })}`;
}

/** A signed POST with exactly this body. */
export function post(server, path, body, params) {
    const url = server.url + signed(server, 'POST', path, body, params);
    return fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(20_000) });
}

/** One TCP connection on which a test writes what it likes and reads responses one by one. */
export class HttpConnection {
    #text = '';
    #ended = false;
    #wake = () => {};

    static async open(server) {
        const connection = new HttpConnection();
        const socket = (connection.socket = connect(server.port, '127.0.0.1'));
        socket.setEncoding('latin1');
        socket.setTimeout(20_000, () => socket.destroy());
        socket.on('data', (text) => connection.#arrived(text));
        socket.on('close', () => connection.#arrived('', true));
        await once(socket, 'connect');
        // What matters then is what had come before, and that it ended.
        socket.on('error', () => {});
        return connection;
    }

    write(text) {
        this.socket.write(text);
        return this;
    }

    async response({ body = true } = {}) {
        const mark = '\r\n\r\n';
        await this.#until(() => this.#text.includes(mark));
        const head = this.#take(this.#text.indexOf(mark) + mark.length);
        const [first, ...lines] = head.trimEnd().split('\r\n');
        const headers = Object.fromEntries(lines.map((line) => {
            const colon = line.indexOf(':');
            return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
        }));
        const length = body ? Number(headers['content-length'] ?? 0) : 0;
        await this.#until(() => this.#text.length >= length);
        return { status: Number(first.split(' ')[1]), headers, text: this.#take(length) };
    }

    /** Comes back when the server has ended the connection; fails if it still sends something. */
    async end() {
        await this.#until(() => this.#ended || this.#text !== '');
        if (this.#text !== '') throw new Error(`more came: ${this.#text}`);
    }

    close() {
        this.socket.destroy();
    }

    #arrived(text, ended = false) {
        this.#text += text;
        this.#ended = ended;
        this.#wake();
    }

    async #until(isTrue) {
        while (!isTrue()) {
            if (this.#ended) throw new Error(`the connection ended after: ${this.#text}`);
            await new Promise((resolve) => (this.#wake = resolve));
        }
    }

    #take(length) {
        const taken = this.#text.slice(0, length);
        this.#text = this.#text.slice(length);
        return taken;
    }
}
