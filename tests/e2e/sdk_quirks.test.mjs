import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import {
    RawClient, connect, hmac, query, rawConnect, sdk, subscribe,
} from './support/clients.mjs';
import { HttpConnection, post } from './support/http.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';

// What server SDKs do on the wire, each in its own way, as captured or as their sources say.

const base = '/apps/app-id';
const md5 = (text) => createHash('md5').update(text).digest('hex');
const now = () => Math.floor(Date.now() / 1000);

const credentials = (more) => ({
    auth_key: app.key, auth_timestamp: String(now()), auth_version: '1.0', ...more,
});

/** A list of [name, value]; the object form is for parameters that are there once. */
const entries = (parameters) => {
    return Array.isArray(parameters) ? parameters : Object.entries(parameters);
};

/** The signature that the documentation asks for. `parameters` are as signed, not as sent. */
function signature(method, path, parameters) {
    const lines = entries(parameters).map(([name, value]) => [name.toLowerCase(), value]);
    lines.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return hmac(`${method}\n${path}\n${queryString(lines)}`);
}

const queryString = (parameters) => {
    return entries(parameters).map(([name, value]) => `${name}=${value}`).join('&');
};

/** Sends the request line exactly as it is written, which fetch would not. */
async function exchange(server, method, target, { headers = {}, body = '' } = {}) {
    const connection = await HttpConnection.open(server);
    const all = Object.entries({ Host: 'x', ...headers });
    const lines = all.map(([name, value]) => `${name}: ${value}`);
    if (method === 'POST') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    connection.write(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
    const response = await connection.response();
    connection.close();
    return response;
}

/** A signed GET whose query is sent as it is signed. */
function get(server, path, parameters = {}) {
    const all = credentials(parameters);
    const auth_signature = signature('GET', path, all);
    return exchange(server, 'GET', `${path}?${queryString({ ...all, auth_signature })}`);
}

suite('quirks of server SDKs: signatures', (server) => {
    test('Python sends the MD5 of the empty string on a GET, and its signature in the middle of the query', async () => {
        const { auth_key, auth_timestamp, auth_version } = credentials();
        const body_md5 = md5('');
        const all = { auth_key, auth_timestamp, auth_version, body_md5 };
        const auth_signature = signature('GET', `${base}/channels`, all);
        const sent = { auth_key, auth_signature, auth_timestamp, auth_version, body_md5 };
        const answer = await exchange(server, 'GET', `${base}/channels?${queryString(sent)}`);
        assert.equal(answer.status, 200);
    });

    test('.NET sends its signature first', async () => {
        const all = credentials();
        const auth_signature = signature('GET', `${base}/channels`, all);
        const sent = queryString({ auth_signature, ...all });
        assert.equal((await exchange(server, 'GET', `${base}/channels?${sent}`)).status, 200);
    });

    test('Node and Python send a comma unescaped, Ruby, PHP and Java as %2C', async () => {
        const client = await rawConnect(server);
        await client.enter('presence-comma', { user_id: 'ann' });
        const path = `${base}/channels/presence-comma`;
        const all = credentials({ info: 'user_count,subscription_count' });
        const auth_signature = signature('GET', path, all);
        for (const info of ['user_count,subscription_count', 'user_count%2Csubscription_count',
            'user_count%2csubscription_count']) {
            const sent = queryString({ ...all, info, auth_signature });
            const { status, text } = await exchange(server, 'GET', `${path}?${sent}`);
            assert.deepEqual([status, JSON.parse(text)],
                [200, { occupied: true, user_count: 1, subscription_count: 1 }]);
        }
    });

    test('values are signed unescaped, whatever is escaped on the wire', async () => {
        for (const [signed, sent] of [
            ['Mixed Case/Value', 'Mixed%20Case%2FValue'], ['größe', 'gr%C3%B6%C3%9Fe'],
            ['100%', '100%'], ['a=b', 'a=b'], ['a+b', 'a+b'], ['a+b', 'a%2Bb'], ['a b', 'a+b'],
            ['', ''], ['%zz', '%zz'], ['%2C', '%2C'],
        ]) {
            const all = credentials({ Zeta: signed });
            const auth_signature = signature('GET', `${base}/channels`, all);
            const line = queryString({ ...all, Zeta: sent, auth_signature });
            const { status } = await exchange(server, 'GET', `${base}/channels?${line}`);
            assert.equal(status, 200, `${signed} as ${sent}`);
        }
    });

    test('a bare key is signed as an empty value, repeated keys each time', async () => {
        const all = credentials();
        for (const [signed, sent] of [
            ['bare=', 'bare'], ['info[]=a&info[]=b', 'info%5B%5D=a&info%5B%5D=b'],
            ['info[]=b&info[]=a', 'info[]=b&info[]=a'],
        ]) {
            const text = `GET\n${base}/channels\n${queryString(all)}&${signed}`;
            const line = `${queryString(all)}&${sent}&auth_signature=${hmac(text)}`;
            const { status } = await exchange(server, 'GET', `${base}/channels?${line}`);
            assert.equal(status, 200, sent);
        }
    });

    test('Node signs a path as it is given, and escapes it on the way; Ruby signs the escapes',
        async () => {
            const sent = `${base}/users/a%20b%C3%BC/terminate_connections`;
            for (const path of [`${base}/users/a bü/terminate_connections`, sent]) {
                const all = credentials({ body_md5: md5('{}') });
                const auth_signature = signature('POST', path, all);
                const target = `${sent}?${queryString({ ...all, auth_signature })}`;
                const answer = await exchange(server, 'POST', target, { body: '{}' });
                assert.deepEqual([answer.status, answer.text], [200, '{}']);
            }
        });

    test('a channel name with escapes in the path', async () => {
        const client = await rawConnect(server);
        await client.enter('a=b;c@d,e');
        const path = `${base}/channels/a=b;c@d,e`;
        const all = credentials();
        const auth_signature = signature('GET', path, all);
        for (const target of [path, `${base}/channels/a%3Db%3Bc%40d%2Ce`]) {
            const line = queryString({ ...all, auth_signature });
            const { text } = await exchange(server, 'GET', `${target}?${line}`);
            assert.deepEqual(JSON.parse(text), { occupied: true });
        }
    });

    test('a signature in upper case is the same signature', async () => {
        const all = credentials({ body_md5: md5('{}').toUpperCase() });
        const path = `${base}/users/u/terminate_connections`;
        const auth_signature = signature('POST', path, all).toUpperCase();
        const target = `${path}?${queryString({ ...all, auth_signature })}`;
        assert.equal((await exchange(server, 'POST', target, { body: '{}' })).status, 200);
    });

    test('an empty body needs no MD5, any other does', async () => {
        const path = `${base}/users/u/terminate_connections`;
        const all = credentials();
        const auth_signature = signature('POST', path, all);
        const target = `${path}?${queryString({ ...all, auth_signature })}`;
        assert.equal((await exchange(server, 'POST', target)).status, 200);
        const { status, text } = await exchange(server, 'POST', target, { body: '{}' });
        assert.equal(status, 401);
        assert.match(text, /body_md5.*\n$/);
    });

    test('a clock may be off by less than ten minutes, either way', async () => {
        for (const [offset, status] of [[-590, 200], [590, 200], [-610, 401], [610, 401]]) {
            const auth_timestamp = String(now() + offset);
            const answer = await get(server, `${base}/channels`, { auth_timestamp });
            assert.equal(answer.status, status, offset);
        }
    });

    test('a timestamp may have a fraction', async () => {
        for (const [auth_timestamp, status] of [
            [`${now()}.7319`, 200], [String(Date.now() / 1000), 200],
            [`${now() - 601}.5`, 401], [`${now()}.`, 401], [`${now()}.5s`, 401],
        ]) {
            const answer = await get(server, `${base}/channels`, { auth_timestamp });
            assert.equal(answer.status, status, auth_timestamp);
        }
    });

    test('info may have blanks after its commas, raw, percent-encoded or as plus signs',
        async () => {
            const client = await rawConnect(server);
            await client.enter('presence-blank', { user_id: 'ann' });
            const path = `${base}/channels/presence-blank`;
            for (const [signed, sent] of [
                ['user_count, subscription_count', 'user_count,%20subscription_count'],
                ['user_count, subscription_count', 'user_count,+subscription_count'],
            ]) {
                const all = credentials({ info: signed });
                const auth_signature = signature('GET', path, all);
                const line = queryString({ ...all, info: sent, auth_signature });
                const { status, text } = await exchange(server, 'GET', `${path}?${line}`);
                assert.deepEqual([status, JSON.parse(text)],
                    [200, { occupied: true, user_count: 1, subscription_count: 1 }]);
            }
            const backend = sdk(server);
            const info = { info: 'user_count, subscription_count' };
            const response = await backend.trigger('presence-blank', 'e', '', info);
            assert.deepEqual(await response.json(),
                { channels: { 'presence-blank': { user_count: 1, subscription_count: 1 } } });
        });

    test('each failed check has its own text', async () => {
        const without = (name) => {
            const { [name]: dropped, ...rest } = credentials();
            return rest;
        };
        for (const [parameters, status, text] of [
            [without('auth_key'), 401, /^Missing parameter: auth_key\n$/],
            [credentials({ auth_key: 'nope' }), 401, /^Unknown auth_key\n$/],
            [credentials({ auth_key: 'other-key' }), 401, /^Unknown auth_key\n$/],
            [without('auth_version'), 401, /^Version required\n$/],
            [credentials({ auth_version: '2.0' }), 401, /^Version not supported\n$/],
            [without('auth_timestamp'), 401, /^Timestamp required\n$/],
            [credentials({ auth_timestamp: 'now' }), 401, /^Timestamp required\n$/],
            [credentials({ auth_timestamp: '1700000000' }), 401,
                /^Timestamp expired: Given timestamp \(2023-11-14T22:13:20Z\) not within 600s /],
            [credentials({ body_md5: md5('x') }), 401, /\n$/],
        ]) {
            const auth_signature = signature('GET', `${base}/channels`, parameters);
            const line = queryString({ ...parameters, auth_signature });
            const answer = await exchange(server, 'GET', `${base}/channels?${line}`);
            assert.equal(answer.status, status, line);
            assert.match(answer.text, text);
            assert.match(answer.headers['content-type'], /^text\/plain/);
        }
        const line = queryString({ ...credentials(), auth_signature: 'wrong' });
        const answer = await exchange(server, 'GET', `${base}/channels?${line}`);
        assert.match(answer.text,
            /^Invalid signature: you should have sent HmacSHA256Hex\("GET\\n/);
        assert.match(answer.text, /, your_secret_key\), but you sent "wrong"\n$/);
        const unknown = await get(server, '/apps/999/channels');
        assert.equal(unknown.status, 404);
    });
}, ['--apps', JSON.stringify([{ ...app, subscription_count: true },
    { id: 'other-id', key: 'other-key', secret: app.secret }])]);

suite('quirks of server SDKs: requests', (server) => {
    const listener = async (...channels) => {
        const client = await rawConnect(server);
        for (const channel of channels) await client.enter(channel);
        return client;
    };
    const trigger = (fields, params) => {
        return post(server, `${base}/events`, JSON.stringify(fields), params);
    };

    test('PHP names one channel as `channel`, all others always `channels`', async () => {
        const client = await listener('one');
        for (const [n, where] of [{ channel: 'one' }, { channels: ['one'] }].entries()) {
            const answer = await trigger({ name: 'e', data: String(n), ...where });
            assert.deepEqual([answer.status, await answer.text()], [200, '{}']);
            assert.equal((await client.inbox.next()).data, String(n));
        }
    });

    test('a channel named twice receives the event once', async () => {
        const client = await listener('twice');
        await trigger({ name: 'e', data: '', channels: ['twice', 'twice'] });
        await trigger({ name: 'marker', data: '', channels: ['twice'] });
        const seen = await client.inbox.until('marker');
        assert.deepEqual(seen.map(({ event }) => event), ['e', 'marker']);
    });

    test('parameters missing in the body may be in the query', async () => {
        const client = await listener('q1', 'q2');
        const params = { name: 'e', channel: 'q1', info: 'user_count' };
        const answer = await trigger({ data: 'd' }, params);
        assert.deepEqual([answer.status, await answer.json()], [200, { channels: { q1: {} } }]);
        const { event, data } = await client.inbox.next();
        assert.deepEqual([event, data], ['e', 'd']);
        const all = Object.entries(credentials({ body_md5: md5('{}'), name: 'f', data: 'x' }));
        all.push(['channels[]', 'q1'], ['channels[]', 'q2']);
        all.push(['auth_signature', signature('POST', `${base}/events`, all)]);
        const target = `${base}/events?${queryString(all)}`;
        assert.equal((await exchange(server, 'POST', target, { body: '{}' })).status, 200);
        const seen = [await client.inbox.next(), await client.inbox.next()];
        assert.deepEqual(seen.map(({ channel, event }) => `${event} on ${channel}`).sort(),
            ['f on q1', 'f on q2']);
    });

    test('no content type, any, or one on a GET', async () => {
        const all = credentials();
        const path = `${base}/channels`;
        const line = queryString({ ...all, auth_signature: signature('GET', path, all) });
        const headers = { 'Content-Type': 'application/json', 'X-Pusher-Library': 'go 5' };
        const got = await exchange(server, 'GET', `${path}?${line}`, { headers });
        assert.equal(got.status, 200);
        assert.match(got.headers['content-type'], /^application\/json/);

        const body = '{"name":"e","channel":"c","data":""}';
        const posted = credentials({ body_md5: md5(body) });
        const auth_signature = signature('POST', `${base}/events`, posted);
        const target = `${base}/events?${queryString({ ...posted, auth_signature })}`;
        for (const type of [undefined, 'text/plain', 'application/x-www-form-urlencoded']) {
            const sent = { body, headers: type && { 'Content-Type': type } };
            assert.equal((await exchange(server, 'POST', target, sent)).status, 200, type);
        }
    });

    test('an unknown socket id excludes no connection', async () => {
        const client = await listener('all');
        const answer = await trigger({ name: 'e', data: '', channel: 'all', socket_id: '1.2' });
        assert.equal(answer.status, 200);
        await client.inbox.next('e');
    });

    test('answers are JSON objects, lists of a batch are arrays, ids are strings', async () => {
        const client = await rawConnect(server);
        await client.enter('presence-types', { user_id: 5 });
        const batch = [{ name: 'e', data: '', channel: 'none', info: 'user_count' }];
        for (const [answer, expected] of [
            [await get(server, `${base}/channels`, { filter_by_prefix: 'no' }), '{"channels":{}}'],
            [await get(server, `${base}/channels/presence-types/users`), '{"users":[{"id":"5"}]}'],
            [await get(server, `${base}/channels/presence-none/users`), '{"users":[]}'],
        ]) {
            assert.deepEqual([answer.status, answer.text], [200, expected]);
        }
        for (const [items, expected] of [[batch, { batch: [{}] }],
            [batch.map(({ info, ...item }) => item), {}]]) {
            const body = JSON.stringify({ batch: items });
            const answer = await post(server, `${base}/batch_events`, body);
            assert.deepEqual([answer.status, await answer.json()], [200, expected]);
        }
    });

    test('a batch may have unknown members', async () => {
        const client = await listener('b');
        const item = { name: 'e', data: 'd', channel: 'b', info: null, socket_id: null, tags: {} };
        const body = JSON.stringify({ batch: [item], more: 1 });
        const answer = await post(server, `${base}/batch_events`, body);
        assert.deepEqual([answer.status, await answer.text()], [200, '{}']);
        assert.equal((await client.inbox.next()).event, 'e');
    });

    test('a slash at the end of any route makes no difference', async () => {
        for (const route of ['channels', 'channels/c', 'channels/presence-c/users',
            'channels/c/stats']) {
            assert.equal((await get(server, `${base}/${route}/`)).status, 200, route);
        }
        const event = JSON.stringify({ name: 'e', channel: 'c', data: '' });
        for (const [path, body, status] of [
            [`${base}/events/`, event, 200],
            [`${base}/batch_events/`, `{"batch":[${event}]}`, 200],
            [`${base}/users/u/terminate_connections/`, '{}', 200],
            ['/users/u/terminate_connections/', '{}', 200],
        ]) {
            assert.equal((await post(server, path, body)).status, status, path);
        }
    });

    test('deprecated publishing: the body is the data, the rest is in the query', async () => {
        const [client, own] = [await listener('old', 'old-2'), await listener('old')];
        const path = `${base}/channels/old/events`;
        const data = '{"n": 1.0} größer';
        const params = { name: 'e', socket_id: own.socketId };
        const answer = await post(server, path, data, params);
        assert.deepEqual([answer.status, await answer.text()], [202, '']);
        const { raw, ...frame } = await client.inbox.next();
        assert.deepEqual(frame, { event: 'e', channel: 'old', data });
        assert.equal((await post(server, `${path}/`, '', { name: 'marker' })).status, 202);
        assert.equal((await own.inbox.next()).event, 'marker');
        assert.equal((await post(server, path, 'd')).status, 400);
        assert.equal((await post(server, path, Buffer.from([0xc3, 0x28]), params)).status, 400);
        const badName = `${base}/channels/a%20b/events`;
        assert.equal((await post(server, badName, 'd', params)).status, 400);
    });

    test('deprecated query: stats', async () => {
        for (const user_id of ['ann', 'ann', 'bob']) {
            await (await rawConnect(server)).enter('presence-stats', { user_id });
        }
        const stats = async (channel) => query(server, `/channels/${channel}/stats`);
        assert.deepEqual(await stats('presence-stats'),
            { occupied: true, user_count: 2, connection_count: 3 });
        assert.deepEqual(await stats('nobody-there'), { occupied: false, connection_count: 0 });
    });
});

suite('a path prefix', (server) => {
    test('pusher-js finds the server with wsPath', async () => {
        const client = await connect(server, { wsPath: '/realtime' });
        const { inbox } = await subscribe(client, 'private-c');
        await sdk(server).trigger('private-c', 'e', 1);
        assert.deepEqual(await inbox.next(), { event: 'e', data: 1 });
    });

    test('PHP sends it and signs the path without it, others sign what they send', async () => {
        const path = `${base}/channels`;
        const all = credentials();
        for (const prefix of ['/realtime', '/realtime/']) {
            for (const signed of [path, `${prefix}${path}`]) {
                const auth_signature = signature('GET', signed, all);
                const line = queryString({ ...all, auth_signature });
                const answer = await exchange(server, 'GET', `${prefix}${path}?${line}`);
                assert.equal(answer.status, 200, `${prefix}, ${signed}`);
            }
        }
    });

    test('a trailing slash of the prefix, which makes a double slash, does no harm', async () => {
        for (const options of [
            { wsPath: '/realtime/' }, { wsPath: '/' },
            { httpPort: server.port, httpHost: '127.0.0.1', httpPath: '/realtime/',
                enabledTransports: ['xhr_streaming', 'xhr_polling'] },
        ]) {
            const client = await connect(server, options);
            const { inbox } = await subscribe(client, 'private-slashes');
            await sdk(server).trigger('private-slashes', 'e', 1);
            assert.deepEqual(await inbox.next(), { event: 'e', data: 1 });
            client.disconnect();
        }
        for (const path of ['/realtime//app/app-key', '/realtime///app/app-key/', '//app/app-key']) {
            await (await rawConnect(server, path)).ping();
        }
        const around = await new RawClient(server, '/realtime/app//app-key').refusal();
        assert.equal(around, 4005);
    });

    test('requests without it still work', async () => {
        await (await rawConnect(server)).ping();
        assert.equal((await get(server, `${base}/channels`)).status, 200);
        assert.equal((await get(server, `/elsewhere${base}/channels`)).status, 404);
    });
}, ['--path-prefix', '/realtime']);
