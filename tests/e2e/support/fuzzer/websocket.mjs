import { once } from 'node:events';
import { connect } from 'node:net';
import { constants, deflateRawSync } from 'node:zlib';

import { message, mutated } from './messages.mjs';

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A socket that has connected, or null. What it receives is dropped unless somebody listens. */
export async function open(port) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const isOpen = await Promise.race([
        once(socket, 'connect').then(() => true, () => false), pause(10_000).then(() => false),
    ]);
    if (!isOpen) return socket.destroy(), null;
    socket.setNoDelay(true);
    socket.resume();
    return socket;
}

/** Writes in as many pieces as the seed likes. */
export async function write(random, socket, bytes) {
    const pieces = random.pick([1, 1, 1, 2, 5]);
    const size = random.chance(0.05) && bytes.length < 200 ? 1 : Math.max(1, Math.ceil(bytes.length / pieces));
    for (let at = 0; at < bytes.length && socket.writable; at += size) {
        socket.write(bytes.subarray(at, at + size));
        if (at + size < bytes.length) await pause(random.below(2));
    }
}

/** A frame. Lengths, masks and reserved bits are as given, right or wrong. */
function frame({ opcode, payload, isLast = true, reserved = 0, isMasked = true, claims = payload.length, form }) {
    const first = (isLast ? 0x80 : 0) | (reserved << 4) | opcode;
    const mask = isMasked ? 0x80 : 0;
    const wide = form ?? (claims < 126 ? 7 : claims < 65_536 ? 16 : 64);
    const head = Buffer.alloc(wide === 7 ? 2 : wide === 16 ? 4 : 10);
    head[0] = first;
    if (wide === 7) head[1] = mask | (claims & 127);
    if (wide === 16) head[1] = mask | 126, head.writeUInt16BE(claims & 65_535, 2);
    if (wide === 64) head[1] = mask | 127, head.writeBigUInt64BE(BigInt(claims), 2);
    if (!isMasked) return Buffer.concat([head, payload]);
    const key = Buffer.from([0x12, 0x00, 0xff, 0x55]);
    return Buffer.concat([head, key, Buffer.from(payload.map((byte, n) => byte ^ key[n & 3]))]);
}

const deflated = (bytes) => deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

/** The frames of a message, perhaps in fragments with pings between them. */
function framesOf(random, payload, { opcode = 1, reserved = 0 } = {}) {
    const count = random.pick([1, 1, 1, 2, 3, 20]);
    const size = Math.max(1, Math.ceil(payload.length / count));
    const frames = [];
    let at = 0;
    do {
        const isFirst = at === 0;
        const piece = payload.subarray(at, at + size);
        at += size;
        frames.push(frame({
            opcode: isFirst ? opcode : 0, payload: piece, isLast: at >= payload.length,
            reserved: isFirst ? reserved : 0,
        }));
        if (random.chance(0.1)) frames.push(frame({ opcode: 9, payload: Buffer.from('between') }));
    } while (at < payload.length);
    return Buffer.concat(frames);
}

/** What a client may do on its connection; each returns bytes. */
const moves = {
    message: (random, client) => framesOf(random, mutated(random, Buffer.from(message(random, client)))),
    valid: (random, client) => framesOf(random, Buffer.from(message(random, client))),
    many: (random, client) => Buffer.concat(
        Array.from({ length: random.below(100) }, () => framesOf(random, Buffer.from(message(random, client))))),
    deflated: (random, client) => framesOf(
        random, mutated(random, deflated(Buffer.from(message(random, client))), random.pick([0, 0, 0, 1])),
        { reserved: 4 }),
    bomb: (random) => framesOf(
        random, deflated(Buffer.alloc(random.pick([1000, 120_000, 3_000_000]), ' ')), { reserved: 4 }),
    binary: (random, client) => framesOf(random, Buffer.from(message(random, client)), { opcode: 2 }),
    control: (random) => frame({ opcode: random.pick([9, 10]), payload: Buffer.alloc(random.pick([0, 4, 125])) }),
    close: (random) => frame({ opcode: 8, payload: random.pick([
        [], [3], [3, 0xe8], [0xff, 0xff], [3, 0xe8, 0xff], [0x0f, 0xa0, ...Buffer.from('bye')],
    ].map((bytes) => Buffer.from(bytes))) }),
    large: (random) => framesOf(random, Buffer.alloc(random.pick([131_072, 131_073, 400_000]), 'x')),
    wrong: (random) => frame({
        opcode: random.below(16), payload: Buffer.alloc(random.pick([0, 5, 126, 200])), isLast: random.chance(0.5),
        reserved: random.below(8), isMasked: random.chance(0.7), form: random.pick([undefined, 16, 64]),
        claims: random.pick([0, 5, 126, 70_000, 2 ** 40, Number.MAX_SAFE_INTEGER]),
    }),
    noise: (random) => Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256))),
};
const weights = {
    message: 6, valid: 8, many: 1, deflated: 4, bomb: 1, binary: 1, control: 2, close: 0.5, large: 0.5, wrong: 0.5,
    noise: 0.3,
};
const weighted = Object.entries(weights).flatMap(([name, weight]) => Array(Math.ceil(weight * 10)).fill(name));

function handshake(random, app) {
    const query = random.pick(
        ['?protocol=7', '?protocol=7&client=js&version=8', '', '?protocol=5', '?protocol=9', '?%zz=1']);
    const key = random.chance(0.95) ? app.key : random.pick(['nope', '', '%00', 'x'.repeat(5000)]);
    const lines = [
        `GET /app/${key}${query} HTTP/1.1`, 'Host: localhost', 'Upgrade: websocket', 'Connection: Upgrade',
        'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ...random.pick([[], ['Sec-WebSocket-Extensions: permessage-deflate'],
            ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=12'],
            ['Sec-WebSocket-Extensions: x, permessage-deflate; server_max_window_bits=99']]),
        ...random.pick([[], [], ['Origin: http://example.com'], [`Cookie: ${'c'.repeat(20_000)}`],
            ['Sec-WebSocket-Protocol: a, b']]),
    ];
    const text = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
    return random.chance(0.1) ? mutated(random, text, 1) : text;
}

/** The socket id of the greeting; nothing if there is none in time. */
async function greeting(socket) {
    let text = '';
    const wait = new Promise((resolve) => {
        socket.on('data', (bytes) => {
            if (text.length < 4096) text += bytes.toString('latin1');
            const found = /socket_id\\":\\"([\d.]+)/.exec(text);
            if (found) resolve(found[1]);
        });
        socket.on('close', () => resolve());
    });
    return Promise.race([wait, pause(3000)]);
}

/** How a connection ends; `left` keeps those that nobody ends. */
export async function end(random, socket, left) {
    const how = random.pick(['destroy', 'reset', 'half', 'leave', 'leave']);
    if (how === 'destroy') socket.destroy();
    if (how === 'reset') socket.resetAndDestroy();
    if (how === 'half') socket.end();
    if (how !== 'destroy' && how !== 'reset') left.push(socket);
}

/** A whole conversation by WebSocket. */
export async function webSocketConversation(random, port, app, left) {
    const socket = await open(port);
    if (!socket) return;
    const greeted = greeting(socket);
    await write(random, socket, handshake(random, app));
    const client = { app, socketId: (await greeted) ?? '1.1' };
    for (let n = random.below(40); n > 0 && socket.writable; --n) {
        await write(random, socket, moves[random.pick(weighted)](random, client));
        if (random.chance(0.05)) socket.pause();
        if (random.chance(0.05)) socket.resume();
        if (random.chance(0.3)) await pause(random.below(10));
    }
    await end(random, socket, left);
}
