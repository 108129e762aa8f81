import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';

import { Inbox, eventually } from './support/inbox.mjs';
import { Redis } from './support/redis.mjs';
import { TcpProxy } from './support/tcp_proxy.mjs';

// What the tests of the cluster do to Redis, and to the way there, has to be what they say.

async function withRedis(options, body) {
    const redis = await new Redis(options).start();
    try {
        await body(redis);
    } finally {
        await redis.stop();
    }
}

for (const persist of ['rdb', 'aof']) {
    test(`Redis comes back with its data, with older data and with none (${persist})`, { timeout: 60_000 }, async () => {
        await withRedis({ persist }, async (redis) => {
            const value = () => redis.cli('GET', 'key');
            const { port } = redis;
            await redis.cli('SET', 'key', 'old');
            await redis.snapshot();
            await redis.cli('SET', 'key', 'new');
            await redis.restart();
            assert.equal(await value(), 'new');
            await redis.restart({
                keep: 'older', whileDown: () => assert.rejects(redis.cli('PING'), /refused/),
            });
            assert.equal(await value(), 'old');
            await redis.restart();
            assert.equal(await value(), 'old');
            await redis.restart({ keep: 'nothing' });
            assert.deepEqual([await value(), redis.port], [null, port]);
        });
    });
}

test('a paused Redis answers when it is resumed, a command that fails is an error', { timeout: 60_000 }, async () => {
    await withRedis({ persist: 'none' }, async (redis) => {
        redis.pause();
        const answer = redis.cli('PING');
        redis.resume();
        assert.equal(await answer, 'PONG');
        await assert.rejects(redis.cli('NONSENSE'), /unknown command/);
    });
});

/** A server that answers each line with the line, and clients of it through a proxy. */
async function withProxy(body) {
    const sockets = new Set();
    const echo = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => {}).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const proxy = await new TcpProxy(echo.address().port).start();
    const client = () => {
        const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true });
        sockets.add(socket);
        const inbox = new Inbox('client of the proxy');
        socket.setEncoding('utf8').on('data', (text) => {
            for (const line of text.split('\n').slice(0, -1)) inbox.push({ event: line });
        });
        socket.on('error', (error) => inbox.push({ event: error.code }));
        socket.on('close', () => inbox.push({ event: 'close' }));
        return { socket, inbox, say: (line) => socket.write(`${line}\n`) };
    };
    try {
        await body(proxy, client);
    } finally {
        proxy.stop();
        for (const socket of sockets) socket.destroy();
        echo.close();
    }
}

test('a proxy that is cut ends what is open and refuses the rest, until it is healed', async () => {
    await withProxy(async (proxy, client) => {
        const first = client();
        first.say('hello');
        await first.inbox.next('hello');
        proxy.cut();
        await first.inbox.next('close');
        await client().inbox.next('ECONNREFUSED');
        await proxy.heal();
        const second = client();
        second.say('again');
        await second.inbox.next('again');
    });
});

test('a black hole takes all and answers nothing, and lets it through when it is healed', async () => {
    await withProxy(async (proxy, client) => {
        const old = client();
        old.say('before');
        await old.inbox.next('before');
        proxy.blackhole();
        const late = client();
        await once(late.socket, 'connect');
        for (const { say } of [old, late]) say('held');
        await eventually('the proxy has taken both', () => proxy.links === 2);
        await proxy.heal();
        for (const { say, inbox } of [old, late]) {
            say('after');
            assert.deepEqual((await inbox.until('after')).map(({ event }) => event), ['held', 'after']);
        }
    });
});

test('a delay keeps the order, also when it becomes shorter', async () => {
    await withProxy(async (proxy, client) => {
        const { say, inbox } = client();
        say('now');
        await inbox.next('now');
        proxy.delay(50);
        const began = performance.now();
        say('slow');
        await inbox.next('slow');
        assert.ok(performance.now() - began >= 95);
        for (let n = 0; n < 5; ++n) say(`n${n}`);
        proxy.delay(0);
        const all = await inbox.until('n4');
        assert.deepEqual(all.map(({ event }) => event), ['n0', 'n1', 'n2', 'n3', 'n4']);
    });
});
