import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { disconnectAll, rawConnect, sdk } from './support/clients.mjs';
import { HttpConnection } from './support/http.mjs';
import { eventually } from './support/inbox.mjs';
import { quietPort } from './support/ports.mjs';
import { launch } from './support/server.mjs';
import { withServer } from './support/suite.mjs';

/** A pipe that nobody reads unless told to, for a server to log to. */
class Pipe {
    constructor() {
        this.folder = mkdtempSync(join(tmpdir(), 'carillon-log-'));
        const file = join(this.folder, 'pipe');
        execFileSync('mkfifo', [file]);
        this.mine = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
        this.servers = openSync(file, constants.O_WRONLY);  // Opened apart: it blocks when full.
        this.text = '';
    }

    /** Takes the last byte of room. */
    fill() {
        for (let size = 4096; size >= 1; size = size === 1 ? 0 : 1) {
            try {
                for (;;) writeSync(this.mine, '#'.repeat(size));
            } catch (error) {
                assert.equal(error.code, 'EAGAIN');
            }
        }
    }

    /** Adds what there is to `text`. */
    read() {
        const bytes = Buffer.alloc(65536);
        try {
            for (;;) this.text += bytes.toString('latin1', 0, readSync(this.mine, bytes));
        } catch (error) {
            assert.equal(error.code, 'EAGAIN');
        }
    }

    close() {
        closeSync(this.mine);
        closeSync(this.servers);
        rmSync(this.folder, { recursive: true });
    }
}

/** The answer to an upgrade request with these subprotocols, as they are. */
async function rawHandshake(server, protocols) {
    const http = await HttpConnection.open(server);
    http.write('GET /app/app-key HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n'
        + 'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
        + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
        + `Sec-WebSocket-Protocol: ${protocols}\r\n\r\n`);
    const answer = await http.response({ body: false });
    http.close();
    return answer;
}

async function withFullPipe(body) {
    const pipe = new Pipe();
    try {
        pipe.fill();
        await body(pipe);
    } finally {
        pipe.close();
    }
}

/** A server that logs to the pipe. It cannot say where it listens, so that is decided here. */
async function serveLoggingTo(pipe, args = []) {
    const [port, adminPort] = [await quietPort(), await quietPort()];
    const child = launch(['serve', '--host', '127.0.0.1', '--port', String(port),
        '--admin.port', String(adminPort), '--shutdown.grace-seconds', '4', ...args],
    { stderr: pipe.servers });
    const admin = (path) => fetch(`http://127.0.0.1:${adminPort}${path}`);
    await eventually('it is ready', () => admin('/ready').then(({ ok }) => ok, () => false));
    return { child, port, admin };
}

async function metric(server, name) {
    const text = await (await server.admin('/metrics')).text();
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)[1]);
}

/** Ends it if it does not end by itself, long after its grace. */
async function ended(child) {
    const giveUp = setTimeout(() => child.kill('SIGKILL'), 15_000);
    const { code, signal } = await child.ended;
    clearTimeout(giveUp);
    return code ?? signal;
}

async function deliver(server, client, data) {
    await sdk(server).trigger('news', 'e', data);
    assert.equal((await client.inbox.next('e')).data, data);
}

/** Clients that come and go, until lines of the log have been dropped. */
async function overflow(server) {
    await eventually('lines are dropped', async () => {
        for (const client of await Promise.all(Array.from({ length: 20 }, () => rawConnect(server)))) {
            client.socket.terminate();
        }
        return await metric(server, 'carillon_log_dropped_total') > 0;
    });
}

const chatty = ['--log.level', 'debug', '--log.max-queued-bytes', '4096'];

describe('a log that is not read', { timeout: 120_000 }, () => {
    for (const shards of ['1', '4']) {
        test(`delivery goes on, lines are counted, SIGTERM ends it, --shards ${shards}`, async () => {
            await withFullPipe(async (pipe) => {
                const server = await serveLoggingTo(pipe, [...chatty, '--shards', shards]);
                try {
                    const client = await rawConnect(server);
                    await client.subscribe('news');
                    await overflow(server);
                    await deliver(server, client, 'while it is blocked');
                    server.child.kill('SIGTERM');
                    assert.equal((await client.inbox.next('close')).code, 4200);
                    assert.equal(await ended(server.child), 0);
                } finally {
                    disconnectAll();
                    server.child.kill('SIGKILL');
                }
            });
        });
    }

    test('when it is read again, it reports the number of missing lines, and continues', async () => {
        await withFullPipe(async (pipe) => {
            const server = await serveLoggingTo(pipe, chatty);
            try {
                await overflow(server);
                const reported = () => [...pipe.text.matchAll(/lines dropped: (\d+)\n/g)]
                    .reduce((sum, [, count]) => sum + Number(count), 0);
                // Clients that are still leaving may be logged meanwhile.
                await eventually('all that are missing are reported', async () => {
                    pipe.read();
                    return reported() > 0 && reported() === await metric(server, 'carillon_log_dropped_total');
                });
                assert.match(pipe.text, /carillon \S+ listening on 127\.0\.0\.1:/);
                const lines = pipe.text.replace(/^#+/, '').split('\n').slice(0, -1);
                for (const line of lines) assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z \w+ +\S/);
                server.child.kill('SIGTERM');
                assert.equal(await ended(server.child), 0);
                pipe.read();
                assert.match(pipe.text, /stopped, all connections and webhooks finished\n$/);
            } finally {
                disconnectAll();
                server.child.kill('SIGKILL');
            }
        });
    });

    test('a server that cannot start ends all the same', async () => {
        await withFullPipe(async (pipe) => {
            const server = await serveLoggingTo(pipe);
            try {
                const same = ['serve', '--host', '127.0.0.1', '--port', String(server.port), '--admin.port', '0'];
                assert.equal(await ended(launch(same, { stderr: pipe.servers })), 1);
            } finally {
                server.child.kill('SIGKILL');
            }
        });
    });
});

describe('the log at debug', { timeout: 60_000 }, () => {
    test('says why a browser drops a connection for its subprotocol, at no other level', async () => {
        for (const level of ['debug', 'info']) {
            await withServer(['--log.level', level], async (server) => {
                const offer = (protocols) => rawHandshake(server, protocols);
                assert.equal((await offer('mqtt,\tmy-own')).headers['sec-websocket-protocol'], undefined);
                assert.equal((await offer('mqtt, pusher-channels-protocol-7')).status, 101);
                await server.stop();
                const lines = server.child.text.stderr.split('\n');
                const told = lines.filter((line) => /subprotocol/.test(line));
                assert.equal(told.length, level === 'debug' ? 1 : 0, told.join('\n'));
                if (told.length > 0) assert.match(told[0], /mqtt,\?my-own.*browser/);
            });
        }
    });
});
