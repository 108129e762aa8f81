import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';

import { rawConnect, sdk } from './support/clients.mjs';
import { HttpConnection } from './support/http.mjs';
import { launch, run } from './support/server.mjs';
import { withServer } from './support/suite.mjs';

const get = (server, path, headers = {}) => {
    return fetch(`http://127.0.0.1:${server.adminPort}${path}`, { headers });
};

const health = (server) => run(['health', '--admin.port', String(server.adminPort)]);

describe('the admin listener', { timeout: 60_000 }, () => {
    test('promtool accepts the metrics, and they count', async () => {
        await withServer(['--shards', '3'], async (server) => {
            const clients = await Promise.all(Array.from({ length: 5 }, () => rawConnect(server)));
            for (const client of clients) await client.subscribe('news');
            await sdk(server).trigger('news', 'e', 'x');
            for (const client of clients) await client.inbox.until('e');
            await assert.rejects(sdk(server, { secret: 'wrong' }).trigger('news', 'e', 'x'));

            const text = await (await get(server, '/metrics')).text();
            execFileSync('promtool', ['check', 'metrics'], { input: text });
            for (const line of [
                'carillon_connections{app="app-id",transport="ws"} 5',
                'carillon_subscriptions{kind="public"} 5',
                'carillon_channels{kind="public"} 1',
                'carillon_events_published_total 1',
                'carillon_deliveries_total 5',
                'carillon_rest_request_seconds_count{route="/apps/*/events",status="401"} 1',
                'carillon_shards 3',
            ]) assert.ok(text.includes(`\n${line}\n`), line);
        });
    });

    test('status, liveness and readiness', async () => {
        await withServer(['--shards', '2'], async (server) => {
            const status = await (await get(server, '/status')).json();
            assert.equal(status.shards, 2);
            assert.equal(status.events_published, 0);
            assert.deepEqual(status.connections, {});
            assert.equal((await get(server, '/live')).status, 200);
            assert.equal((await get(server, '/ready')).status, 200);
            assert.equal((await get(server, '/nope')).status, 404);
            assert.equal((await health(server)).code, 0);
        });
    });

    test('after SIGTERM it is not ready', async () => {
        const pause = ['--shutdown.grace-seconds', '20', '--shutdown.readiness-pause-seconds', '20'];
        const args = ['--host', '127.0.0.1', '--port', '0', '--admin.port', '0', ...pause];
        await withServer(args, async (server) => {
            const client = await rawConnect(server);
            server.child.kill('SIGTERM');
            while ((await get(server, '/ready')).status !== 503);
            assert.equal((await health(server)).code, 1);
            await client.ping();  // Load balancers look elsewhere; who is here is still served.
            server.child.kill('SIGTERM');
            await server.child.ended;
            server.stop = async () => {};
        });
    });

    test('a configured token is required, and other addresses require one', async () => {
        await withServer(['--admin.token', 'tell-nobody'], async (server) => {
            for (const path of ['/metrics', '/status']) {
                assert.equal((await get(server, path)).status, 401);
                const wrong = { Authorization: 'Bearer tell-nobodx' };
                assert.equal((await get(server, path, wrong)).status, 401);
                const right = { Authorization: 'Bearer tell-nobody' };
                assert.equal((await get(server, path, right)).status, 200);
            }
            assert.equal((await get(server, '/ready')).status, 200);
            assert.doesNotMatch(server.child.text.stderr, /tell-nobody/);
        });
        const { code, stderr } = await run(['check', '--admin.address', '0.0.0.0']);
        assert.equal(code, 1);
        assert.match(stderr, /admin\.token/);
    });

    test('the scheme of the token may be in any case', async () => {
        await withServer(['--admin.token', 'tell-nobody'], async (server) => {
            for (const [value, status] of [
                ['bearer tell-nobody', 200], ['BEARER  tell-nobody', 200],
                ['Basic tell-nobody', 401], ['Bearer', 401], ['Bearertell-nobody', 401],
                ['Bearer tell-nobody-else', 401], ['Bearer tell', 401], ['', 401],
            ]) {
                const answer = await get(server, '/status', { Authorization: value });
                assert.equal(answer.status, status, value);
            }
        });
    });

    test('HEAD is GET without the body', async () => {
        await withServer([], async (server) => {
            for (const path of ['/live', '/ready', '/metrics', '/status']) {
                const url = `http://127.0.0.1:${server.adminPort}${path}`;
                const head = await fetch(url, { method: 'HEAD' });
                assert.equal(head.status, 200, path);
                assert.ok(Number(head.headers.get('content-length')) > 0, path);
                assert.equal(await head.text(), '', path);
                const posted = await fetch(url, { method: 'POST' });
                assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD']);
            }
        });
    });

    test('without a token, a page that lets its name point here reads nothing', async () => {
        const ask = async (server, host, path, more = '') => {
            const http = await HttpConnection.open({ port: server.adminPort });
            http.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`);
            const { status } = await http.response();
            http.close();
            return status;
        };
        await withServer([], async (server) => {
            for (const host of ['evil.example', `evil.example:${server.adminPort}`,
                '127.0.0.1.evil.example', 'localhost.evil.example', '[::1].evil.example', ':',
                'xn--localhost', '127.0.0.1:80:80']) {
                for (const path of ['/metrics', '/status']) {
                    assert.equal(await ask(server, host, path), 403, host);
                }
                assert.equal(await ask(server, host, '/live'), 200, host);
            }
            for (const host of ['localhost', 'LOCALHOST:9601', `127.0.0.1:${server.adminPort}`,
                '127.0.0.1', '[::1]', '[::1]:9601', '192.0.2.7:9601']) {
                assert.equal(await ask(server, host, '/status'), 200, host);
            }
        });
        await withServer(['--admin.token', 'tell-nobody'], async (server) => {
            const token = 'Authorization: Bearer tell-nobody\r\n';
            assert.equal(await ask(server, 'metrics.example', '/status', token), 200);
            assert.equal(await ask(server, 'metrics.example', '/status'), 401);
        });
    });

    test('carillon health fails if no server is listening', async () => {
        const child = launch(['health', '--admin.port', '1'], { within: 20_000 });
        assert.equal((await child.ended).code, 1);
    });
});
