import { createHmac, randomBytes } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';

import { app } from '../server.mjs';

const json = JSON.stringify;
const sign = (text) => `${app.key}:${createHmac('sha256', app.secret).update(text).digest('hex')}`;

/** A masked frame; the mask is 0, so the payload stays as it is. */
function frame(payload, { opcode = 1, isLast = true, reserved = 0 } = {}) {
    const bytes = Buffer.from(payload);
    const wide = bytes.length < 126 ? 0 : bytes.length < 65_536 ? 2 : 8;
    const head = Buffer.alloc(2 + wide + 4);
    head[0] = (isLast ? 0x80 : 0) | (reserved << 4) | opcode;
    head[1] = 0x80 | (wide === 0 ? bytes.length : wide === 2 ? 126 : 127);
    if (wide === 2) head.writeUInt16BE(bytes.length, 2);
    if (wide === 8) head.writeBigUInt64BE(BigInt(bytes.length), 2);
    return Buffer.concat([head, bytes]);
}
const message = (event, data, channel) => frame(json({ event, data, channel }));
const deflated = (text) => frame(
    deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4), { reserved: 4 });

const upgrade = Buffer.from(
    `GET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`
    + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    + 'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n');

const request = (method, target, body = '') => Buffer.from(
    `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);

const presence = (socketId, channel, user_id) => {
    const channel_data = json({ user_id });
    return { channel, channel_data, auth: sign(`${socketId}:${channel}:${channel_data}`) };
};

/** The same pieces over and over. */
function* repeat(...pieces) {
    for (;;) yield* pieces;
}

/**
 * What one hostile connection sends, each as an endless sequence of pieces. Those with `socketId` get it once
 * the server has greeted them. `reads: false`: it reads nothing after the greeting. Others of the server are
 * subscribed to `others` and `presence-others`.
 */
export const patterns = {
    'joins and leaves': {
        what: 'subscribes to a busy channel with counts, and leaves it',
        * pieces() {
            yield* repeat(
                message('pusher:subscribe', { channel: 'others' }),
                message('pusher:unsubscribe', { channel: 'others' }));
        },
    },
    'member flapping': {
        what: 'enters a busy presence channel with a valid token, and leaves it',
        * pieces(socketId) {
            const channel = 'presence-others';
            yield* repeat(
                message('pusher:subscribe', presence(socketId, channel, 'flapping')),
                message('pusher:unsubscribe', { channel }));
        },
    },
    'new channels': {
        what: 'subscribes to ever new channels, with names of 164 characters, and leaves them',
        * pieces() {
            for (let n = 0; ; ++n) {
                const name = (k) => `${k}-`.padEnd(164, 'n');
                yield message('pusher:subscribe', { channel: name(n) });
                if (n >= 1500) yield message('pusher:unsubscribe', { channel: name(n - 1500) });
            }
        },
    },
    'huge names': {
        what: 'asks for channels with names of 120 KiB, which are refused',
        * pieces() {
            yield* repeat(message('pusher:subscribe', { channel: 'é'.repeat(60_000) }));
        },
    },
    pings: {
        what: 'protocol pings and WebSocket pings, all of which are answered',
        * pieces() {
            yield* repeat(message('pusher:ping', {}), frame('p', { opcode: 9 }));
        },
    },
    'deflate bombs': {
        what: 'messages of 140 bytes that inflate to 128 KiB',
        * pieces() {
            yield* repeat(deflated(json({ event: 'pusher:ping', data: {} }) + ' '.repeat(130_000)));
        },
    },
    'fragments of one byte': {
        what: 'messages of 1,000 fragments with one byte each',
        * pieces() {
            const text = json({ event: 'pusher:ping', data: ' '.repeat(960) });
            const fragments = [...text].map((character, n) => {
                return frame(character, { opcode: n === 0 ? 1 : 0, isLast: n === text.length - 1 });
            });
            yield* repeat(Buffer.concat(fragments));
        },
    },
    'client events': {
        what: 'client events of 9 KB on a busy presence channel, as a member',
        * pieces(socketId) {
            const channel = 'presence-others';
            yield message('pusher:subscribe', presence(socketId, channel, 'talker'));
            yield* repeat(message('client-noise', 'x'.repeat(9000), channel));
        },
    },
    'sign-ins': {
        what: 'signs in again and again, with a valid token and a watchlist of 100 users that changes',
        * pieces(socketId) {
            for (let n = 0; ; ++n) {
                const watchlist = Array.from({ length: 100 }, (_, k) => `u${(n * 100 + k) % 10_000}`);
                const user_data = json({ id: 'eve', watchlist });
                yield message('pusher:signin', { auth: sign(`${socketId}::user::${user_data}`), user_data });
            }
        },
    },
    'unsigned bodies': {
        isHttp: true,
        what: 'publishes with bodies of 1 MiB that nobody has signed',
        * pieces() {
            const signature = `auth_key=${app.key}&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0`
                + `&body_md5=${'0'.repeat(32)}&auth_signature=${'0'.repeat(64)}`;
            yield* repeat(request('POST', `/apps/${app.id}/events?${signature}`, 'x'.repeat(1024 * 1024 - 1)));
        },
    },
    'slow reader': {
        reads: false,
        what: 'subscribes, pings and asks for errors, and reads nothing',
        * pieces() {
            yield message('pusher:subscribe', { channel: 'others' });
            yield* repeat(message('pusher:ping', {}), message('pusher:subscribe', { channel: '#'.repeat(1000) }));
        },
    },
    'half-open sessions': {
        isHttp: true,
        what: 'opens one fallback session after the other, and leaves each behind',
        * pieces() {
            for (let n = 0; ; ++n) {
                const session = randomBytes(4).toString('hex');
                yield request('POST', `/app/${app.key}/${n % 1000}/${session}/xhr?protocol=7`);
            }
        },
    },
    'endless heads': {
        isHttp: true,
        what: 'requests whose heads do not end',
        * pieces() {
            yield Buffer.from(`GET /apps/${app.id}/channels HTTP/1.1\r\nHost: x\r\n`);
            yield* repeat(Buffer.from(`X-More: ${'m'.repeat(90)}\r\n`));
        },
    },
    noise: {
        isHttp: true,
        what: 'random bytes',
        * pieces() {
            for (;;) yield randomBytes(4096);
        },
    },
};

export { upgrade };
