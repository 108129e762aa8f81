/**
 * What a 4 KB JSON event to 1,000 subscribers takes on the wire and of the server's CPU, with and without
 * permessage-deflate: a pair a round. The server is on core 0. Run by hand:
 *   taskset -c 1 node tests/bench/compression/fan_out.mjs [ROUNDS [FLAG OF THE SERVER]...]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';

import { sdk } from '../../e2e/support/clients.mjs';
import { app, Server } from '../../e2e/support/server.mjs';

const subscribers = 1000;
const events = 200;
const [rounds = 3, ...flags] = process.argv.slice(2);

/** A list of orders as a backend might send it, different each time. */
function orders(n) {
    const list = [];
    for (let i = 0; JSON.stringify(list).length < 4000; ++i) {
        const id = n * 7919 + i * 104_729;
        list.push({
            id, symbol: ['EURUSD', 'GBPUSD', 'USDJPY', 'AAPL'][id % 4], price: (id % 99_991) / 100,
            state: ['open', 'filled', 'cancelled'][id % 3], customer: { id: id % 5003, name: `Customer ${id % 97}` },
        });
    }
    return JSON.stringify(list);
}

/** Nanoseconds of CPU time of all threads. */
function cpuOf(pid) {
    const threads = readdirSync(`/proc/${pid}/task`);
    const time = (thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    return threads.reduce((sum, thread) => sum + time(thread), 0);
}

/** Subscribers that count what comes, and understand nothing of it: to inflate it is not the server's business. */
async function audience(server, deflate) {
    const total = { bytes: 0 };
    const extension = deflate ? 'Sec-WebSocket-Extensions: permessage-deflate\r\n' : '';
    const upgrade = `GET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Y2FyaWxsb24tYmVuY2gtMA==\r\n${extension}\r\n`;
    const text = '{"event":"pusher:subscribe","data":{"channel":"orders"}}';
    const head = [0x81, 0x80 | text.length, 0, 0, 0, 0];
    const subscribe = Buffer.concat([Buffer.from(head), Buffer.from(text)]);
    const sockets = Array.from({ length: subscribers }, () => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(Buffer.concat([Buffer.from(upgrade), subscribe])));
        return socket.on('data', ({ length }) => (total.bytes += length));
    });
    await quiet(total);
    return { total, sockets };
}

/** Comes back when nothing has come for a while. */
async function quiet(total) {
    for (let before = -1; before !== total.bytes || total.bytes === 0;) {
        before = total.bytes;
        await new Promise((resolve) => setTimeout(resolve, 300));
    }
}

async function measure(deflate) {
    const server = await new Server(['--shards', '1', ...flags]).start();
    spawnSync('taskset', ['-a', '-p', '-c', '0', String(server.child.pid)]);
    const { total, sockets } = await audience(server, deflate);
    const backend = sdk(server);
    const before = { cpu: cpuOf(server.child.pid), bytes: total.bytes };
    for (let n = 0; n < events; ++n) await backend.trigger('orders', 'all', orders(n));
    await quiet(total);
    const deliveries = events * subscribers;
    const bytes = (total.bytes - before.bytes) / deliveries;
    const us = (cpuOf(server.child.pid) - before.cpu) / 1000 / deliveries;
    for (const socket of sockets) socket.destroy();
    await server.kill();
    return { bytes, us };
}

for (let round = 0; round < Number(rounds); ++round) {
    const plain = await measure(false);
    const deflated = await measure(true);
    const say = ({ bytes, us }) => `${bytes.toFixed(0)} bytes and ${us.toFixed(2)} us of CPU a delivery`;
    console.log(`plain: ${say(plain)}; compressed: ${say(deflated)}; ratios ${(deflated.bytes / plain.bytes).toFixed(2)} ` +
        `and ${(deflated.us / plain.us).toFixed(2)}`);
}
process.exit();
