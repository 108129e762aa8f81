import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import https from 'node:https';
import net from 'node:net';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Certificates } from './support/certificates.mjs';
import { compressedFrame, RawClient, rawConnect } from './support/clients.mjs';
import { app, run } from './support/server.mjs';
import { withServer } from './support/suite.mjs';

const certificates = new Certificates();
const ca = certificates.ca;

/** A server with a TLS port and a plain one; `body` gets the port of the latter, too. */
function withTls(args, body) {
    const listen = [certificates.listener, { address: '127.0.0.1', port: 0 }];
    return withServer(['--listen', JSON.stringify(listen), '--shards', '2', ...args], (server) => {
        const [, plain] = /listening on 127\.0\.0\.1:\d+, 127\.0\.0\.1:(\d+)/.exec(
            server.child.text.stderr);
        return body(server, { port: Number(plain) });
    });
}

/** What `openssl s_client` says of a connection that it makes and closes. */
function sClient(port, ...args) {
    return new Promise((resolve, reject) => {
        const child = spawn('openssl', ['s_client', '-connect', `localhost:${port}`, '-CAfile',
            certificates.file('ca.pem'), '-ign_eof', ...args], { timeout: 15_000, killSignal: 'SIGKILL' });
        let said = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
        child.on('error', reject);
        child.on('close', () => resolve(said));
        // A request that the server answers and closes: TLS 1.3 tickets have come by then.
        child.stdin.on('error', () => {});
        child.stdin.end('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    });
}

const overTls = (options = {}) => ({ ca, ...options });

/** A raw client of the TLS port. */
async function secureConnect(server, options) {
    return rawConnect(server, `wss://localhost:${server.port}/app/${app.key}`, overTls(options));
}

describe('TLS', { timeout: 120_000 }, () => {
    test('data that a client sent before it closed the connection arrives, however long', async () => {
        await withTls(['--limits.max-client-events-per-second', '0'], async (server, plain) => {
            const receiver = await rawConnect(plain);
            const sender = await secureConnect(server);
            for (const client of [receiver, sender]) await client.enter('private-burst');
            const frames = Array.from({ length: 80 }, (_, data) => {
                const text = JSON.stringify({ event: 'client-n', channel: 'private-burst', data });
                return compressedFrame(text + ' '.repeat(90_000));
            });
            sender.socket._socket.end(Buffer.concat(frames));
            for (let n = 0; n < frames.length; ++n) {
                assert.equal((await receiver.inbox.next('client-n')).data, String(n));
            }
        });
    });

    for (const transport of ['ws', 'xhr_streaming', 'xhr_polling']) {
        test(`pusher-js by ${transport} and the SDK, with the certificate checked`, async () => {
            await withTls([], async (server) => {
                const script = fileURLToPath(new URL('./support/tls_client.mjs', import.meta.url));
                const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificates.file('ca.pem') };
                const { stdout } = await promisify(execFile)(process.execPath,
                    [script, 'localhost', String(server.port), transport], { env, timeout: 30_000 });
                assert.deepEqual(JSON.parse(stdout), Array.from({ length: 50 }, (_, i) => i));
            });
        });
    }

    test('versions 1.2 and 1.3, HTTP/1.1 by ALPN, nothing older', async () => {
        await withTls([], async ({ port }) => {
            for (const version of ['1.2', '1.3']) {
                const flag = `-tls${version.replace('.', '_')}`;
                const said = await sClient(port, flag, '-alpn', 'h2,http/1.1');
                assert.match(said, new RegExp(`New, TLSv${version}`));
                assert.match(said, /ALPN protocol: http\/1\.1/);
                assert.match(said, /Verify return code: 0/);
                assert.match(said, /404 Not Found/);
            }
            assert.doesNotMatch(await sClient(port, '-tls1_1'), /New, TLS/);
        });
    });

    test('curl, with the certificate checked', async () => {
        await withTls([], async ({ port }) => {
            const url = `https://localhost:${port}/apps/${app.id}/channels`;
            const args = ['--silent', '--max-time', '10', '--write-out', '%{http_code} %{http_version}'];
            const trusted = ['--cacert', certificates.file('ca.pem'), url];
            const { stdout } = await promisify(execFile)('curl', [...args, ...trusted]);
            assert.equal(stdout, 'Missing parameter: auth_key\n401 1.1');
            await assert.rejects(promisify(execFile)('curl', [...args, url]), { code: 60 });
        });
    });

    test('sessions are resumed on any shard', async () => {
        await withTls([], async ({ port }) => {
            const session = certificates.file('session.pem');
            for (const version of ['-tls1_2', '-tls1_3']) {
                await sClient(port, version, '-sess_out', session);
                const again = await Promise.all(Array.from({ length: 6 }, () =>
                    sClient(port, version, '-sess_in', session)));
                for (const said of again) assert.match(said, /Reused, TLS/);
            }
        });
    });

    test('a keep-alive connection moves between shards for fallback sessions', async () => {
        await withTls([], async (server) => {
            const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca });
            const post = (path, body = '') => new Promise((resolve, reject) => {
                const url = `https://localhost:${server.port}/pusher/app/${app.key}/${path}`;
                const request = https.request(url, { method: 'POST', agent, timeout: 10_000 }, async (answer) => {
                    const port = answer.socket.localPort;
                    let text = '';
                    for await (const part of answer) text += part;
                    resolve({ status: answer.statusCode, text, port });
                });
                request.on('error', reject).end(body);
            });
            const ports = new Set();
            for (let n = 0; n < 20; ++n) {
                const opened = await post(`${n}/session/xhr`);
                assert.match(opened.text, /^o\na\[.*connection_established/);
                const subscribe = { event: 'pusher:subscribe', data: { channel: 'news' } };
                const sent = await post(`${n}/session/xhr_send`, JSON.stringify([JSON.stringify(subscribe)]));
                assert.equal(sent.status, 204);
                assert.match((await post(`${n}/session/xhr`)).text, /subscription_succeeded/);
                ports.add(opened.port);
            }
            assert.equal(ports.size, 1);
            agent.destroy();
        });
    });

    test('plain text on the TLS port, or TLS on the plain one, does no harm', async () => {
        await withTls([], async (server, plain) => {
            const client = await secureConnect(server);
            for (const [port, bytes] of [[server.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
                [plain.port, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n']]) {
                const socket = net.connect(port, '127.0.0.1').on('error', () => {});
                socket.end(bytes, 'latin1').resume();
                await once(socket, 'close');
            }
            await client.ping();
        });
    });

    test('an incomplete handshake times out', async () => {
        await withTls(['--http.header-timeout-seconds', '1'], async ({ port }) => {
            const socket = net.connect(port, '127.0.0.1').on('error', () => {});
            await once(socket.resume(), 'close');
        });
    });

    test('an app may require TLS, and a trusted proxy may terminate it', async () => {
        const apps = JSON.stringify([{ ...app, tls_only: true }]);
        const proxies = JSON.stringify(['127.0.0.1']);
        const forwarded = { headers: { 'X-Forwarded-Proto': 'https' } };
        const expectRefused = async (client) => {
            const [error, close] = await client.inbox.until('close');
            assert.deepEqual([error.data.code, close.code], [4000, 4000]);
        };
        await withTls(['--apps', apps], async (server, plain) => {
            await (await secureConnect(server)).ping();
            await expectRefused(new RawClient(plain));
            await expectRefused(new RawClient(plain, undefined, forwarded));
        });
        await withTls(['--apps', apps, '--http.trusted-proxies', proxies], async (server, plain) => {
            await (await rawConnect(plain, undefined, forwarded)).ping();
            await expectRefused(new RawClient(plain));
            const stripped = { headers: { 'X-Forwarded-Proto': 'http' } };
            await expectRefused(new RawClient(server, `wss://localhost:${server.port}/app/${app.key}`,
                overTls(stripped)));
        });
    });

    test('SIGHUP loads a new certificate, connections stay', async () => {
        await withTls([], async (server) => {
            const client = await secureConnect(server);
            const before = client.socket._socket.getPeerCertificate().serialNumber;
            certificates.renew(77);
            server.child.kill('SIGHUP');
            while (!/configuration reloaded/.test(server.child.text.stderr)) {
                await once(server.child.stderr, 'data');
            }
            await client.ping();
            let renewed;
            do {  // The shards hear of it one after the other.
                renewed = await secureConnect(server);
            } while (renewed.socket._socket.getPeerCertificate().serialNumber === before);
            assert.equal(Number.parseInt(renewed.socket._socket.getPeerCertificate().serialNumber, 16),
                77);
        });
    });

    test('IPv6', async () => {
        const listen = [{ address: '127.0.0.1' }, { address: '::1', port: 0, ...certificates.listener }];
        await withServer(['--listen', JSON.stringify(listen)], async (server) => {
            const [, port] = /\[::1\]:(\d+)/.exec(server.child.text.stderr);
            // Node 18 finds no IPv6 address in a certificate, so the name is checked.
            const client = await rawConnect(server, `wss://[::1]:${port}/app/${app.key}`,
                overTls({ servername: 'localhost' }));
            await client.ping();
        });
    });

    test('an unreadable certificate stops the start and is named', async () => {
        const broken = [{ ...certificates.listener, tls_certificate_file: '/nowhere/cert.pem' }];
        const { code, stderr } = await run(['serve', '--port', '0', '--listen', JSON.stringify(broken)]);
        assert.equal(code, 1);
        assert.match(stderr, /\/nowhere\/cert\.pem/);
        const half = [{ tls_certificate_file: certificates.file('cert.pem') }];
        const checked = await run(['check', '--listen', JSON.stringify(half)]);
        assert.equal(checked.code, 1);
        assert.match(checked.stderr, /listen\[0\].*tls_key_file/);
    });
});
