import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';

import PusherClient from 'pusher-js';
import PusherServer from 'pusher';
import WebSocket from 'ws';

import { Inbox, eventually } from './inbox.mjs';
import { app } from './server.mjs';

/** The server SDK, as a backend uses it. */
export function sdk(server, credentials = {}) {
    return new PusherServer({
        appId: app.id, key: app.key, secret: app.secret, ...credentials,
        host: '127.0.0.1', port: server.port, useTLS: false, timeout: 20_000,
    });
}

/** The signature of any text, with the app's secret. */
export function hmac(text) {
    return createHmac('sha256', app.secret).update(text).digest('hex');
}

/** What a GET of the REST API answers. */
export async function query(server, path, params) {
    return (await sdk(server).get({ path, params })).json();
}

/** The metrics of all nodes, one after the other. */
export async function metricsOf(server) {
    const texts = server.nodes.map(async ({ adminPort }) => {
        return (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
    });
    return (await Promise.all(texts)).join('');
}

/** A pong says that the edge has read an unsubscribe; the channel's home may yet have to hear of it. */
export async function vacated(server, channel) {
    await eventually(`${channel} is vacated`, async () => {
        return !(await query(server, `/channels/${channel}`)).occupied;
    });
}

const open = new Set();

/** Ends every client that was made here. Runs after each test. */
export function disconnectAll() {
    for (const end of open) end();
    open.clear();
}

/**
 * The options of a pusher-js client whose backend lets it do what it likes. `user` is who it says
 * it is on presence channels, `account` who it signs in as, `masterKey` (Base64) what its backend
 * derives the keys of encrypted channels from.
 */
export function pusherOptions(server, { user, account, secret, masterKey, ...options } = {}) {
    const backend = sdk(server, {
        ...(secret && { secret }), ...(masterKey && { encryptionMasterKeyBase64: masterKey }),
    });
    const authorise = ({ channelName, socketId }, answer) => {
        const member = channelName.startsWith('presence-') ? user : undefined;
        answer(null, backend.authorizeChannel(socketId, channelName, member));
    };
    const authenticate = ({ socketId }, answer) => {
        answer(null, backend.authenticateUser(socketId, account));
    };
    return {
        wsHost: '127.0.0.1', wsPort: server.port, forceTLS: false, cluster: '',
        enabledTransports: ['ws'], channelAuthorization: { customHandler: authorise },
        userAuthentication: { customHandler: authenticate }, ...options,
    };
}

/**
 * A pusher-js client, see pusherOptions(). What it is told goes to its `errors`, where it stands to
 * its `states`.
 */
export function pusherClient(server, options) {
    const client = new PusherClient(app.key, pusherOptions(server, options));
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

/** From now on what comes on the channel goes to its `inbox`, as { event, data }. */
function withInbox(channel) {
    channel.inbox = new Inbox(channel.name);
    channel.bind_global((event, data) => channel.inbox.push({ event, data }));
    return channel;
}

/** Starts a subscription, to a channel with an inbox. */
export function join(client, name) {
    return withInbox(client.subscribe(name));
}

/** A subscription that is active. */
export async function subscribe(client, name) {
    const channel = join(client, name);
    await channel.inbox.until('pusher:subscription_succeeded');
    return channel;
}

/** Signs in as the client's `account`. Returns the user's own channel, active. */
export function signIn(client) {
    client.signin();
    return userChannel(client);
}

/** The user's own channel, active, once a sign-in that has begun is done. */
export async function userChannel(client) {
    await client.user.signinDonePromise;
    const channel = withInbox(client.user.serverToUserChannel);
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

const defaultPath = `/app/${app.key}?protocol=7&client=test&version=1`;

/**
 * A WebSocket, of a path on the server or of a whole URL. Its `inbox` gets the frames, parsed and
 * with their text in `raw`, and the close. `options`: those of `ws`, and `protocols`.
 */
export class RawClient {
    constructor(server, path = defaultPath, { protocols = [], ...options } = {}) {
        this.server = server;
        this.inbox = new Inbox(path);
        const url = path.startsWith('/') ? `ws://127.0.0.1:${server.port}${path}` : path;
        this.socket = new WebSocket(url, protocols, options);
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

    /** Sends a subscription with a token where it needs one; on a presence channel as `member`. */
    join(channel, member) {
        const channel_data = member && JSON.stringify(member);
        const signed = [this.socketId, channel, channel_data].filter(Boolean).join(':');
        const needsToken = /^(private|presence)-/.test(channel);
        const auth = needsToken ? `${app.key}:${hmac(signed)}` : undefined;
        this.send({ event: 'pusher:subscribe', data: { channel, auth, channel_data } });
    }

    /** A subscription that is active. Returns the frame that said so. */
    enter(channel, member) {
        this.join(channel, member);
        return this.inbox.next(({ event, channel: name }) => {
            return event === 'pusher_internal:subscription_succeeded' && name === channel;
        });
    }

    leave(channel) {
        this.send({ event: 'pusher:unsubscribe', data: { channel } });
    }

    /** Leaves and joins; sends both in one piece, as far as the network goes. */
    rejoin(channel, member) {
        this.socket._socket.cork();
        this.leave(channel);
        this.join(channel, member);
        this.socket._socket.uncork();
    }

    /** Sends a sign-in with a right token. `user` is the user data, or the text of it. */
    signIn(user) {
        const user_data = typeof user === 'string' ? user : JSON.stringify(user);
        const auth = `${app.key}:${hmac(`${this.socketId}::user::${user_data}`)}`;
        this.send({ event: 'pusher:signin', data: { auth, user_data } });
    }

    /** Ends the connection without a word. */
    drop() {
        this.socket.terminate();
    }

    /** Awaits the end. Returns its code; an error has to tell the same before, and nothing else. */
    async refusal() {
        const [error, close, ...more] = await this.inbox.until('close');
        assert.equal(error.event, 'pusher:error');
        assert.deepEqual([error.data.code, error.data.message], [close?.code, close?.reason]);
        assert.deepEqual(more, []);
        return close.code;
    }

    /** Proves that the connection still works, and returns what came before the answer. */
    async ping() {
        this.send({ event: 'pusher:ping', data: {} });
        return (await this.inbox.until('pusher:pong')).slice(0, -1);
    }
}

/** A masked frame of a compressed text of at most 64 KB. */
export function compressedFrame(text) {
    const payload = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    const head = [0xc1, 0x80 | 126, payload.length >> 8, payload.length & 255, 0, 0, 0, 0];
    return Buffer.concat([Buffer.from(head), payload]);
}

/** A raw client that is connected; knows its `socketId`. */
export async function rawConnect(server, path, options) {
    const client = new RawClient(server, path, options);
    const hello = await client.inbox.next('pusher:connection_established');
    client.socketId = JSON.parse(hello.data).socket_id;
    return client;
}
