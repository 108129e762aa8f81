import PusherClient from 'pusher-js';
import PusherServer from 'pusher';
import WebSocket from 'ws';

import { Inbox } from './inbox.mjs';
import { app } from './server.mjs';

/** The server SDK, as a backend uses it. */
export function sdk(server, credentials = {}) {
    return new PusherServer({
        appId: app.id, key: app.key, secret: app.secret, ...credentials,
        host: '127.0.0.1', port: server.port, useTLS: false, timeout: 20_000,
    });
}

/** What a GET of the REST API answers. */
export async function query(server, path, params) {
    return (await sdk(server).get({ path, params })).json();
}

const open = new Set();

/** Ends every client that was made here. Runs after each test. */
export function disconnectAll() {
    for (const end of open) end();
    open.clear();
}

/**
 * A pusher-js client. `user` is who it says it is on presence channels. What it is told goes to its
 * `errors`, where it stands to its `states`.
 */
export function pusherClient(server, { user, secret, ...options } = {}) {
    const backend = sdk(server, secret && { secret });
    const authorise = ({ channelName, socketId }, answer) => {
        const member = channelName.startsWith('presence-') ? user : undefined;
        answer(null, backend.authorizeChannel(socketId, channelName, member));
    };
    const client = new PusherClient(app.key, {
        wsHost: '127.0.0.1', wsPort: server.port, forceTLS: false, cluster: '',
        enabledTransports: ['ws'], channelAuthorization: { customHandler: authorise }, ...options,
    });
    client.errors = new Inbox('client.errors');
    client.connection.bind('error', (error) => {
        client.errors.push(error.data ?? error.error?.data ?? error);
    });
    client.states = new Inbox('client.states');
    client.connection.bind('state_change', ({ current }) => client.states.push({ event: current }));
    open.add(() => client.disconnect());
    return client;
}

/** A pusher-js client that is connected. */
export async function connect(server, options) {
    const client = pusherClient(server, options);
    await client.states.until('connected');
    return client;
}

/** Starts a subscription. What comes on the channel goes to its `inbox`, as { event, data }. */
export function join(client, name) {
    const channel = client.subscribe(name);
    channel.inbox = new Inbox(name);
    channel.bind_global((event, data) => channel.inbox.push({ event, data }));
    return channel;
}

/** A subscription that is active. */
export async function subscribe(client, name) {
    const channel = join(client, name);
    await channel.inbox.until('pusher:subscription_succeeded');
    return channel;
}

/** Comes back when the server has handled all that the client sent so far. */
export async function settle(client) {
    const pong = new Promise((resolve) => client.connection.bind('message', ({ event }) => {
        if (event === 'pusher:pong') resolve();
    }));
    client.send_event('pusher:ping', {});
    await pong;
}

/** A WebSocket, of a path on the server or of a whole URL. Its `inbox` gets the frames, parsed and with their text in `raw`, and the close. */
export class RawClient {
    constructor(server, path = `/app/${app.key}?protocol=7&client=test&version=1`, options = {}) {
        this.inbox = new Inbox(path);
        const url = path.startsWith('/') ? `ws://127.0.0.1:${server.port}${path}` : path;
        this.socket = new WebSocket(url, options);
        this.socket.on('message', (bytes) => {
            const raw = bytes.toString();
            this.inbox.push({ ...JSON.parse(raw), raw });
        });
        this.socket.on('pong', (payload) => {
            this.inbox.push({ event: 'pong frame', payload: payload.toString() });
        });
        this.socket.on('close', (code, reason) => {
            this.inbox.push({ event: 'close', code, reason: reason.toString() });
        });
        this.socket.on('error', (error) => {
            this.inbox.push({ event: 'failure', error: String(error) });
        });
        open.add(() => this.socket.terminate());
    }

    send(message) {
        this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    }

    subscribe(channel, auth = {}) {
        this.send({ event: 'pusher:subscribe', data: { channel, ...auth } });
        return this.inbox.next('pusher_internal:subscription_succeeded');
    }

    /** Proves that the connection still works, and returns what came before the answer. */
    async ping() {
        this.send({ event: 'pusher:ping', data: {} });
        return (await this.inbox.until('pusher:pong')).slice(0, -1);
    }
}

/** A raw client that is connected; knows its `socketId`. */
export async function rawConnect(server, path, options) {
    const client = new RawClient(server, path, options);
    const hello = await client.inbox.next('pusher:connection_established');
    client.socketId = JSON.parse(hello.data).socket_id;
    return client;
}
