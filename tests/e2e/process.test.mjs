import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { disconnectAll, rawConnect, sdk } from './support/clients.mjs';
import { eventually } from './support/inbox.mjs';
import { app, launch, run, Server } from './support/server.mjs';
import { withServer } from './support/suite.mjs';

const connectMany = (server, length) => {
    return Promise.all(Array.from({ length }, () => rawConnect(server)));
};

describe('starting and stopping', { timeout: 90_000 }, () => {
    for (const shards of ['1', '4']) {
        test(`SIGTERM sends all clients elsewhere, then it exits, --shards ${shards}`, async () => {
            await withServer(['--shards', shards], async (server) => {
                const clients = await connectMany(server, 20);
                await server.stop();
                for (const { inbox } of clients) {
                    const [error, close, ...more] = await inbox.until('close');
                    assert.equal(error.event, 'pusher:error');
                    assert.deepEqual([error.data.code, close.code, more], [4200, 4200, []]);
                }
            });
        });
    }

    test('SIGTERM ends a start that waits for a silent Redis', { timeout: 30_000 }, async () => {
        const silent = net.createServer().listen(0, '127.0.0.1');
        try {
            await once(silent, 'listening');
            const url = `redis://127.0.0.1:${silent.address().port}`;
            const child = launch(['serve', '--port', '0', '--admin.port', '0', '--redis.url', url,
                '--redis.timeout-ms', '60000']);
            await once(silent, 'connection');
            child.kill('SIGTERM');
            assert.deepEqual(await child.ended, { code: 0, signal: null });
        } finally {
            silent.close();
        }
    });

    test('its supervisor is notified of start, reload and stop', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'carillon-notify-'));
        const path = join(folder, 'socket');
        const script = 'socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die; $| = 1; ' +
            'print "bound\n"; while (defined recv(S, $_, 4096, 0)) { print }';
        const supervisor = spawn('perl', ['-MSocket', '-e', script, path], { timeout: 60_000 });
        let notified = '';
        supervisor.stdout.setEncoding('utf8').on('data', (text) => (notified += text));
        const until = (line) => eventually(line, () => notified.split('\n').includes(line));
        try {
            await until('bound');
            await withServer([], async (server) => {
                await until('READY=1');
                assert.match(notified, /STATUS=listening on 127\.0\.0\.1:\d+/);
                notified = '';
                server.child.kill('SIGHUP');
                await until('READY=1');
                assert.match(notified, /^RELOADING=1\nMONOTONIC_USEC=\d+\n/);
            }, { env: { NOTIFY_SOCKET: path } });
            await until('STOPPING=1');
            assert.match(notified, /EXTEND_TIMEOUT_USEC=9000000/);
        } finally {
            supervisor.kill();
            rmSync(folder, { recursive: true });
        }
    });

    test('/up is 200 while the node is ready, 503 from the moment it begins to stop', async () => {
        await withServer(['--shutdown.readiness-pause-seconds', '3'], async (server) => {
            const up = async () => {
                const response = await fetch(`${server.url}/up`);
                return `${response.status} ${(await response.text()).trim()}`;
            };
            assert.equal(await up(), '200 OK');
            server.child.kill('SIGTERM');
            await eventually('503', async () => (await up()) === '503 Not ready');
            await server.child.ended;
        });
    });

    test('a second SIGTERM exits at once', async () => {
        const server = await new Server(['--shutdown.grace-seconds', '600']).start();
        try {
            await connectMany(server, 5);
            const giveUp = setTimeout(() => server.kill(), 15_000);
            // More than twice, because two signals that are pending at the same time are one.
            const again = setInterval(() => server.child.kill('SIGTERM'), 100);
            const { signal } = await server.child.ended;
            clearInterval(again);
            clearTimeout(giveUp);
            assert.notEqual(signal, 'SIGKILL');
        } finally {
            disconnectAll();
            await server.kill();
        }
    });

    test('silent sockets do not keep others out, even if they use up all descriptors', async () => {
        await withServer(['--shards', '1', '--http.header-timeout-seconds', '3600'], async (server) => {
            const client = await rawConnect(server);
            const strangers = [];
            for (let n = 0; n < 300; ++n) {
                const socket = net.connect(server.port, '127.0.0.1').on('error', () => {});
                strangers.push(socket);
                await once(socket, 'connect');
            }
            const late = await rawConnect(server);
            for (const each of [client, late]) await each.subscribe('c');
            await sdk(server).trigger('c', 'e', 'x');
            for (const { inbox } of [client, late]) assert.equal((await inbox.next('e')).data, 'x');
            strangers.forEach((socket) => socket.destroy());
        }, { files: 120 });
    });

    test('a port in use is an error', async () => {
        await withServer([], async ({ port }) => {
            const same = ['--host', '127.0.0.1', '--port', String(port)];
            const { code, stderr } = await run(['serve', ...same]);
            assert.equal(code, 1);
            assert.match(stderr, new RegExp(String(port)));
        });
    });

    test('--production refuses the public default credentials', async () => {
        const { code, stderr } = await run(['serve', '--port', '0', '--production']);
        assert.equal(code, 1);
        assert.match(stderr, /app/);
    });

    test('--production refuses short secrets, and warns of a file that others can read', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'carillon-production-'));
        const file = join(folder, 'carillon.json');
        const write = (secret) => writeFileSync(file, JSON.stringify({ apps: [{ ...app, secret }] }));
        const check = (...more) => run(['check', '--config', file, '--production', ...more]);
        try {
            chmodSync(folder, 0o755);
            write('fifteen-letters');
            const short = await check();
            assert.equal(short.code, 1);
            assert.match(short.stderr, /16 characters.*app-key/);
            assert.doesNotMatch(short.stderr, /fifteen-letters/);
            write('sixteen-letters!');
            assert.match((await check('--admin.token', 'short')).stderr, /admin\.token.*16/);
            for (const [mode, warned] of [[0o644, true], [0o640, false]]) {
                chmodSync(file, mode);
                const { code, stderr } = await check();
                assert.equal(code, 0);
                assert.equal(/warning.*can read.*carillon\.json/.test(stderr), warned, stderr);
            }
            chmodSync(file, 0o644);
            await withServer(['--config', file, '--production'], async (server) => {
                assert.match(server.child.text.stderr, /warning.*can read.*carillon\.json/);
            });
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    test('the default credentials cause a warning', async () => {
        await withServer([], async (server) => {
            assert.match(server.child.text.stderr, /warning.*default app/);
        });
    });

    test('a secret is not logged', async () => {
        const secret = 'tell-nobody';
        const apps = JSON.stringify([{ ...app, secret }]);
        await withServer(['--log.level', 'trace', '--apps', apps], async (server) => {
            const client = await rawConnect(server);
            const channel = 'private-a';
            const backend = sdk(server, { secret });
            await client.subscribe(channel, backend.authorizeChannel(client.socketId, channel));
            const refused = { channel: 'private-b', auth: 'wrong' };
            client.send({ event: 'pusher:subscribe', data: refused });
            await client.ping();
            await backend.trigger(channel, 'e', '');
            await assert.rejects(sdk(server).trigger(channel, 'e', ''), { status: 401 });
            await server.stop();
            assert.doesNotMatch(server.child.text.stderr, /tell-nobody/);
        });
    });
});
