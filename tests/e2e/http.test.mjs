import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { sdk } from './support/clients.mjs';
import { HttpConnection, post, signed } from './support/http.mjs';
import { suite } from './support/suite.mjs';

const events = '/apps/app-id/events';
const body = JSON.stringify({ name: 'e', channel: 'c', data: 'd' });

suite('HTTP', (server) => {
    let connection;
    afterEach(() => connection?.close());

    const open = async () => (connection = await HttpConnection.open(server));
    const get = (path) => `GET ${signed(server, 'GET', path)} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const head = (more, signedBody = body) =>
        `POST ${signed(server, 'POST', events, signedBody)} HTTP/1.1\r\nHost: x\r\n${more}\r\n\r\n`;
    const trigger = () => head(`Content-Length: ${body.length}`) + body;

    test('a connection is kept for the next request', async () => {
        await open();
        for (let i = 0; i < 3; ++i) {
            const { status, headers, text } = await connection.write(trigger()).response();
            assert.deepEqual([status, text], [200, '{}']);
            assert.match(headers['content-type'], /^application\/json/);
        }
        connection.write(trigger().replace('Host: x', 'Host: x\r\nConnection: close'));
        assert.equal((await connection.response()).status, 200);
        await connection.end();
    });

    test('pipelined requests are answered in order', async () => {
        await open();
        const channels = '/apps/app-id/channels';
        connection.write(get(`${channels}/presence-x/users`) + trigger() + get(channels));
        const texts = [];
        for (let i = 0; i < 3; ++i) texts.push((await connection.response()).text);
        assert.deepEqual(texts, ['{"users":[]}', '{}', '{"channels":{}}']);
    });

    test('a request may come byte by byte', async () => {
        await open();
        connection.socket.setNoDelay(true);
        for (const byte of trigger()) {
            await new Promise((resolve) => connection.socket.write(byte, resolve));
        }
        assert.equal((await connection.response()).status, 200);
    });

    test('Expect: 100-continue is answered before the body', async () => {
        await open();
        connection.write(head(`Content-Length: ${body.length}\r\nExpect: 100-continue`));
        assert.equal((await connection.response()).status, 100);
        assert.equal((await connection.write(body).response()).status, 200);
    });

    test('a body is read only if its head is signed', async () => {
        const path = '/apps/app-id/events';
        const body = JSON.stringify({ name: 'e', channel: 'c', data: 'x'.repeat(9_000) })
            + ' '.repeat(500_000);
        const right = signed(server, 'POST', path, body);
        for (const [target, status] of [
            [path, 401], [right.replace('auth_key=', 'auth_key=x'), 401],
            [right.replace(/auth_timestamp=\d+/, 'auth_timestamp=1'), 401],
            [right.replace(/auth_signature=\w+/, `auth_signature=${'0'.repeat(64)}`), 401],
            ['/apps/nobody/events', 404], ['/nowhere', 404],
        ]) {
            const http = await HttpConnection.open(server);
            http.write(`POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
            const answer = await http.response();
            assert.deepEqual([answer.status, answer.headers.connection], [status, 'close'], target);
            http.close();
        }
        const http = await HttpConnection.open(server);
        http.write(`POST ${right} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
        for (let at = 0; at < body.length; at += 100_000) http.write(body.slice(at, at + 100_000));
        assert.deepEqual(await http.response().then(({ status, text }) => [status, text]), [200, '{}']);
        http.close();
    });

    test('a chunked body is accepted', async () => {
        await open();
        connection.write(head('Transfer-Encoding: chunked'));
        for (const part of [body.slice(0, 5), body.slice(5)]) {
            connection.write(`${part.length.toString(16)}\r\n${part}\r\n`);
        }
        assert.equal((await connection.write('0\r\n\r\n').response()).status, 200);
    });

    test('a body over the limit is 413 before it has been sent', async () => {
        await open();
        connection.write(head('Content-Length: 2000000') + 'the first bytes');
        assert.equal((await connection.response()).status, 413);
        connection.close();
        await open();
        connection.write(head('Content-Length: 2000000\r\nExpect: 100-continue'));
        assert.equal((await connection.response()).status, 413);
    });

    test('a chunked body that grows over the limit is 413', async () => {
        await open();
        connection.write(head('Transfer-Encoding: chunked'));
        const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
        for (let sent = 0; sent <= 1_048_576; sent += 0x10000) connection.write(chunk);
        assert.equal((await connection.response()).status, 413);
    });

    test('a method that a route does not have is 405 with Allow', async () => {
        for (const [method, path, allow] of [
            ['HEAD', '/apps/app-id/channels', 'GET'],
            ['OPTIONS', events, 'POST'],
            ['PUT', events, 'POST'],
            ['DELETE', '/apps/app-id/channels/c', 'GET'],
        ]) {
            await open();
            connection.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
            const { status, headers } = await connection.response({ body: method !== 'HEAD' });
            assert.equal(status, 405, method);
            assert.match(headers.allow, new RegExp(`\\b${allow}\\b`), method);
            connection.close();
        }
    });

    test('an answer to HEAD has no body, so the next one follows at once', async () => {
        await open();
        connection.write('HEAD /apps/app-id/channels HTTP/1.1\r\nHost: x\r\n\r\n');
        assert.equal((await connection.response({ body: false })).status, 405);
        assert.equal((await connection.write(trigger()).response()).status, 200);
    });

    test('a trailing slash makes no difference', async () => {
        assert.equal((await post(server, `${events}/`, body)).status, 200);
    });

    test('errors are plain text that ends its line', async () => {
        for (const [response, status] of [
            [await fetch(`${server.url}/nowhere`), 404],
            [await fetch(`${server.url}/apps/app-id/nowhere`), 404],
            [await fetch(`${server.url}/apps/app-id/channels`), 401],
            [await fetch(`${server.url}/app/app-key`), 426],
            [await post(server, events, '{"name":"e","channel":"c"'), 400],
            [await post(server, events, '{"name":"e","channel":"c"}'), 400],
            [await post(server, events, '{"name":5,"channel":"c","data":""}'), 400],
            [await post(server, events, '{"name":"pusher:e","channel":"c","data":""}'), 400],
        ]) {
            assert.equal(response.status, status);
            assert.match(response.headers.get('content-type'), /^text\/plain/);
            assert.match(await response.text(), /\S\n$/);
        }
    });

    test('malformed HTTP is 400, and the connection ends', async () => {
        await open();
        connection.write('this is no request\r\n\r\n');
        assert.equal((await connection.response()).status, 400);
        await connection.end();
    });

    test('an old request, or one with another body than was signed, is 401', async () => {
        const other = body.replace('"d"', '"e"');
        const url = server.url + signed(server, 'POST', events, body);
        assert.equal((await fetch(url, { method: 'POST', body: other })).status, 401);
        const token = sdk(server).config.token;
        const query = `auth_key=${token.key}&auth_timestamp=1700000000&auth_version=1.0`;
        const path = '/apps/app-id/channels';
        const signature = token.sign(`GET\n${path}\n${query}`);
        const old = await fetch(`${server.url}${path}?${query}&auth_signature=${signature}`);
        assert.equal(old.status, 401);
        assert.match(await old.text(), /^Timestamp expired/);
    });
});
