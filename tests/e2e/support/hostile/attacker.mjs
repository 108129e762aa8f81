// One hostile connection: node attacker.mjs PORT PATTERN BYTES_PER_SECOND, until it is killed. It comes back whenever
// the server ends it. Its parent is told how often that was.
import { once } from 'node:events';
import { connect } from 'node:net';

import { patterns, upgrade } from './patterns.mjs';

const [port, name, rate] = process.argv.slice(2);
const { pieces, isHttp = false, reads = true } = patterns[name];
let ended = 0;
// Of all its connections, so that coming back does not make it faster.
let budget = 0;
let before = performance.now();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
setInterval(() => process.send({ ended }), 200);

async function greeting(socket) {
    let text = '';
    for await (const bytes of socket.iterator({ destroyOnReturn: false })) {
        text += bytes.toString('latin1');
        const found = /socket_id\\":\\"([\d.]+)/.exec(text);
        if (found) return found[1];
    }
    return undefined;
}

async function attack() {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
    if (!(await once(socket, 'connect').then(() => true, () => false))) return;
    socket.setNoDelay(true);
    if (!isHttp) socket.write(upgrade);
    const socketId = isHttp ? undefined : await greeting(socket);
    if (reads) socket.resume();
    const source = pieces(socketId);
    while (!socket.destroyed && socket.writable && !socket.readableEnded) {
        const now = performance.now();
        budget = Math.min(budget + ((now - before) / 1000) * Number(rate), Number(rate) / 10);
        before = now;
        while (budget > 0 && socket.writableLength < 65_536) {
            const piece = source.next().value;
            socket.write(piece);
            budget -= piece.length;
        }
        await pause(5);
    }
    socket.destroy();
    ++ended;
}

for (;;) {
    await attack();
    await pause(10);
}
