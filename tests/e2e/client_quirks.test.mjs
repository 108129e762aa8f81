import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
    RawClient, connect, hmac, query, rawConnect, sdk, settle, subscribe, vacated,
} from './support/clients.mjs';
import { HttpConnection } from './support/http.mjs';
import { eventually } from './support/inbox.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';

// What client libraries do on the wire, each in its own way, as captured or as their sources say.

const succeeded = 'pusher_internal:subscription_succeeded';
const added = 'pusher_internal:member_added';
const removed = 'pusher_internal:member_removed';

const names = (items) => items.map(({ event }) => event);
const withoutRaw = ({ raw, ...frame }) => frame;

/** What comes before a marker that is published now. */
async function beforeMarker(server, client, channel) {
    await sdk(server).trigger(channel, 'marker', '');
    return (await client.inbox.until('marker')).slice(0, -1);
}

const token = (client, channel) => `${app.key}:${hmac(`${client.socketId}:${channel}`)}`;

/** A raw client that sends `text` as soon as it may, before it has read anything. */
function rawConnectAnd(server, query, text) {
    const client = new RawClient(server, `/app/app-key${query}`);
    client.socket.on('open', () => client.send(text));
    return client;
}

suite('quirks of client libraries: connecting', (server) => {
    test('the query strings of the libraries', async () => {
        for (const query of [
            '?protocol=7&client=js&version=8.6.0&flash=false',
            '?client=java-client&protocol=5&version=2.4.4',
            '?client=pusher-websocket-swift&protocol=7&version=10.1.10',
            '?protocol=5&client=pusher-dotnet-client&version=2.3.1',
            '?client=Pysher&version=1.0.7&protocol=6',
            '?client=pusher-ruby-client&version=0.6.0&protocol=6',
            '?client=iOS-libPusher&version=1.6&protocol=4', '?protocol=', '?', '',
            '?version=x&something=else&flash=true&protocol=7&empty&=&client=%F0%9F%8E%89',
        ]) {
            const client = await rawConnect(server, `/app/app-key${query}`);
            assert.deepEqual(await client.ping(), [], query);
        }
    });

    test('a percent-encoded key with a trailing slash', async () => {
        for (const path of ['/app/app%2Dkey', '/app/%61pp-key?protocol=7', '/app/app-key/']) {
            await (await rawConnect(server, path)).ping();
        }
    });

    test('a request that is not an upgrade gets an HTTP error', async () => {
        const upgrade = {
            Host: 'x', Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13',
            'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        };
        for (const [method, path, headers, status] of [
            ['GET', '/app/app-key', { Host: 'x' }, 426],
            ['GET', '/app/app-key', { ...upgrade, 'Sec-WebSocket-Version': '8' }, 426],
            ['GET', '/app/app-key', { ...upgrade, 'Sec-WebSocket-Key': 'short' }, 400],
            ['GET', '/app', upgrade, 400],
            ['POST', '/app/app-key', { Host: 'x', 'Content-Length': '0' }, 405],
        ]) {
            const http = await HttpConnection.open(server);
            const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
            http.write(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
            const answer = await http.response();
            assert.equal(answer.status, status, lines.join());
            if (status === 426) assert.equal(answer.headers['sec-websocket-version'], '13');
            http.close();
        }
    });

    test('Swift asks for a subprotocol and gets it, others get none', async () => {
        const swift = 'pusher-channels-protocol-7';
        for (const [offered, chosen] of [
            [[swift], swift], [['mqtt', swift], swift], [[], ''],
            [['pusher-channels-protocol-6', swift], 'pusher-channels-protocol-6'],
        ]) {
            const path = '/app/app-key?protocol=7';
            const client = await rawConnect(server, path, { protocols: offered });
            assert.equal(client.socket.protocol, chosen);
        }
        const http = await HttpConnection.open(server);
        http.write('GET /app/app-key HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n'
            + 'Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n'
            + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
            + 'Sec-WebSocket-Protocol: mqtt\r\n\r\n');
        const { status, headers } = await http.response({ body: false });
        assert.deepEqual([status, headers['sec-websocket-protocol']], [101, undefined]);
        assert.equal(headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
        http.close();
    });

    test('cookies of 20 KB do not cost a client its connection', async () => {
        const headers = { Cookie: `session=${'x'.repeat(20 * 1024)}` };
        await (await rawConnect(server, undefined, { headers })).ping();
    });

    test('Pysher pings with "" before it has read anything', async () => {
        const client = rawConnectAnd(server, '?client=Pysher&version=1.0.7&protocol=6',
            '{"event":"pusher:ping","data":""}');
        assert.deepEqual(names(await client.inbox.until('pusher:pong')),
            ['pusher:connection_established', 'pusher:pong']);
    });

    test('a public channel may be subscribed to before the greeting has been read', async () => {
        const client = rawConnectAnd(server, '?protocol=7',
            '{"event":"pusher:subscribe","data":{"channel":"early"}}');
        assert.deepEqual(names(await client.inbox.until(succeeded)),
            ['pusher:connection_established', succeeded]);
    });

    test('Java and libPusher ping without data', async () => {
        const client = await rawConnect(server, '/app/app-key?client=java-client&protocol=5');
        client.send('{"event":"pusher:ping"}');
        const pong = await client.inbox.next();
        assert.deepEqual(withoutRaw(pong), { event: 'pusher:pong', data: '{}' });
    });

    test('unsolicited pongs of Ruby and Dart have no effect', async () => {
        const client = await rawConnect(server);
        client.send('{"event":"pusher:pong","data":null}');
        client.send('{"event":"pusher:pong"}');
        client.send('{"event":"pusher:pong","data":{}}');
        assert.deepEqual(await client.ping(), []);
    });

    test('a browser may offer compression', async () => {
        for (const perMessageDeflate of [true, false]) {
            const client = await rawConnect(server, undefined, { perMessageDeflate });
            await client.enter('pressed');
            await sdk(server).trigger('pressed', 'e', 'x'.repeat(5_000));
            assert.equal((await client.inbox.next('e')).data.length, 5_000);
        }
    });
});

suite('quirks of client libraries: subscribing', (server) => {
    test('the subscribe messages of the libraries', async () => {
        const client = await rawConnect(server);
        const auth = token(client, 'private-c');
        for (const data of [
            '{"auth":"","channel":"c1"}',
            '{"channel":"c2"}',
            '{"channel":"c3","auth":null,"channel_data":null}',
            '{"channel":"c4","auth":"app-key:wrong","channel_data":"{\\"user_id\\":1}"}',
            '{"extra":[{"channel":"no"}],"channel":"c5","more":null}',
            `{"channel":"private-c","auth":"${auth}","channel_data":null}`,
            `{"auth":"${auth}","channel":"private-\\u0063"}`,
        ]) {
            client.send(`{"event":"pusher:subscribe","data":${data}}`);
            const frame = withoutRaw(await client.inbox.next());
            const { channel } = JSON.parse(data);
            assert.deepEqual(frame, { event: succeeded, channel, data: '{}' });
        }
    });

    test('unknown members, anywhere, in any order', async () => {
        const client = await rawConnect(server);
        client.send('{"id":7,"data":{"channel":"c","x":null},"socket_id":null,"channel":null,'
            + '"event":"pusher:subscribe","data2":{}}');
        assert.deepEqual(withoutRaw(await client.inbox.next()),
            { event: succeeded, channel: 'c', data: '{}' });
        client.send(' { "event" : "pusher:ping" , "data" : { } , "event2" : 5 } ');
        await client.inbox.next('pusher:pong');
    });

    test('data may be a string that holds the object', async () => {
        const client = await rawConnect(server);
        const say = (event, data) => client.send({ event, data: JSON.stringify(data) });
        const channel = 'private-strings';
        say('pusher:subscribe', { channel, auth: token(client, channel) });
        assert.equal((await client.inbox.next()).event, succeeded);
        say('pusher:unsubscribe', { channel });
        await vacated(server, channel);
        const user_data = '{"id":"ann"}';
        const signature = hmac(`${client.socketId}::user::${user_data}`);
        say('pusher:signin', { auth: `${app.key}:${signature}`, user_data });
        assert.equal((await client.inbox.next()).event, 'pusher:signin_success');
    });

    test('channel_data is a string: an object is an error, and the connection stays', async () => {
        const client = await rawConnect(server);
        const channel_data = { user_id: 'ann' };
        client.send({ event: 'pusher:subscribe', data: { channel: 'presence-o', channel_data } });
        const errors = (await client.ping()).filter(({ event }) => event === 'pusher:error');
        assert.deepEqual(errors.map(({ data }) => data.code), [null]);
    });

    test('channel_data is signed as it was sent, escapes and spaces included', async () => {
        for (const [sent, id, info] of [
            ['{"user_id":"u1","user_info":{"name":"Zoë"}}', 'u1', { name: 'Zoë' }],
            [' {"user_info" : {"n" : 1.0} , "user_id":"u\\u0032"} ', 'u2', { n: 1 }],
            ['{"user_id":"\\ud83c\\udf89","user_info":"\\u00fc"}', '🎉', 'ü'],
        ]) {
            const client = await rawConnect(server);
            const channel = 'presence-exact';
            const auth = `${app.key}:${hmac(`${client.socketId}:${channel}:${sent}`)}`;
            client.send({ event: 'pusher:subscribe', data: { channel, auth, channel_data: sent } });
            const { data } = await client.inbox.next(succeeded);
            const { hash } = JSON.parse(data).presence;
            assert.deepEqual(hash[id], info);
        }
        // The outer string may be written with escapes: what it says is the same.
        const client = await rawConnect(server);
        const text = '{"user_id":"Zoë"}';
        const auth = `${app.key}:${hmac(`${client.socketId}:presence-outer:${text}`)}`;
        client.send(`{"event":"pusher:subscribe","data":{"channel":"presence-outer",`
            + `"auth":"${auth}","channel_data":"{\\"user_id\\":\\"Zo\\u00eb\\"}"}}`);
        const { data } = await client.inbox.next(succeeded);
        assert.deepEqual(JSON.parse(data).presence.ids, ['Zoë']);
    });

    test('a private channel may be signed with channel data, then it is part of it', async () => {
        const client = await rawConnect(server);
        const channel = 'private-data';
        const both = sdk(server).authorizeChannel(client.socketId, channel, { user_id: 'u1' });
        client.send({ event: 'pusher:subscribe', data: { channel, ...both } });
        assert.equal((await client.inbox.next()).event, succeeded);
        const { auth } = both;
        const other = await rawConnect(server);
        other.send({ event: 'pusher:subscribe', data: { channel, auth } });
        assert.equal((await other.inbox.next('pusher:subscription_error')).data.status, 401);
    });

    test('a signature in upper case is the same signature', async () => {
        const client = await rawConnect(server);
        const auth = token(client, 'private-upper');
        const upper = `${app.key}:${auth.slice(app.key.length + 1).toUpperCase()}`;
        client.send({ event: 'pusher:subscribe', data: { channel: 'private-upper', auth: upper } });
        assert.equal((await client.inbox.next()).event, succeeded);
    });

    test('prefixes are case-sensitive', async () => {
        const client = await rawConnect(server);
        for (const channel of ['private', 'presence', 'Private-x', 'PRESENCE-x', 'my-private-x',
            'privatex-y', 'presence_x', 'cache']) {
            client.join(channel);
            const frame = withoutRaw(await client.inbox.next());
            assert.deepEqual(frame, { event: succeeded, channel, data: '{}' });
        }
    });

    test('Dart and .NET unsubscribe without a subscription, and get no answer', async () => {
        const client = await rawConnect(server);
        for (const channel of ['never', 'private-never', 'presence-never', '#server-to-user-x']) {
            client.leave(channel);
        }
        assert.deepEqual(await client.ping(), []);
        await client.enter('once');
        client.leave('once');
        client.leave('once');
        assert.deepEqual(await client.ping(), []);
        await vacated(server, 'once');
    });

    test('unsubscribe and subscribe in quick succession, twice, end subscribed', async () => {
        const client = await rawConnect(server);
        for (let n = 0; n < 10; ++n) {
            client.join('private-hop');
            client.leave('private-hop');
        }
        client.join('private-hop');
        const frames = await client.ping();
        // The edge has read all of it; the home takes the marker before or after the last hop.
        await eventually('the last hop is in', async () => {
            await sdk(server).trigger('private-hop', 'marker', '');
            frames.push(...await client.ping());
            return frames.at(-1)?.event === 'marker';
        });
        frames.splice(frames.findIndex(({ event }) => event === 'marker'));
        const events = new Set(names(frames));
        assert.deepEqual([...events], [succeeded]);
        client.leave('private-hop');
        await client.ping();
        await sdk(server).trigger('private-hop', 'late', '');
        await client.enter('private-hop');
        assert.deepEqual(await beforeMarker(server, client, 'private-hop'), []);
    });

    test('pusher-js unsubscribes from a channel before its subscription has succeeded', async () => {
        const page = await connect(server);
        page.subscribe('hasty');
        page.unsubscribe('hasty');
        await settle(page);
        await eventually('it is left', async () => {
            return !(await query(server, '/channels/hasty')).occupied;
        });
        await subscribe(page, 'hasty');
        assert.deepEqual(await query(server, '/channels/hasty'), { occupied: true });
    });

    test('after a refusal the same connection may try again', async () => {
        const client = await rawConnect(server);
        const channel = 'private-retry';
        client.send({ event: 'pusher:subscribe', data: { channel, auth: 'app-key:bad' } });
        await client.inbox.next('pusher:subscription_error');
        await client.enter(channel);
        assert.deepEqual(await beforeMarker(server, client, channel), []);
    });

    test('Pysher joins presence channels anew without a token: an error, no close', async () => {
        const client = await rawConnect(server);
        const data = { channel: 'presence-x' };
        client.send({ event: 'pusher:subscribe', data });
        const frames = await client.inbox.until('pusher:subscription_error');
        assert.deepEqual([frames[0].event, frames[0].data.code], ['pusher:error', null]);
        assert.deepEqual(await client.ping(), []);
    });
});

suite('quirks of client libraries: presence and events', (server) => {
    test('a numeric user id and its text are one member, reported as text', async () => {
        const [first, second, third] = await Promise.all([0, 0, 0].map(() => rawConnect(server)));
        const channel = 'presence-numbers';
        await first.enter(channel, { user_id: 'host' });
        await second.enter(channel, { user_id: 10, user_info: { name: 'Ten' } });
        assert.deepEqual(withoutRaw(await first.inbox.next()), {
            event: added, channel, data: '{"user_id":"10","user_info":{"name":"Ten"}}',
        });
        const { data } = await third.enter(channel, { user_id: '10' });
        const { count, ids, hash } = JSON.parse(data).presence;
        assert.deepEqual([count, ids.sort(), hash],
            [2, ['10', 'host'], { 10: { name: 'Ten' }, host: null }]);
        second.leave(channel);
        third.send({ event: 'client-x', channel, data: 1 });
        assert.deepEqual(withoutRaw(await first.inbox.next()),
            { event: 'client-x', channel, data: '1', user_id: '10' });
        third.leave(channel);
        assert.deepEqual(withoutRaw(await first.inbox.next()),
            { event: removed, channel, data: '{"user_id":"10"}' });
    });

    test('a member without info is announced without it', async () => {
        const [first, second] = [await rawConnect(server), await rawConnect(server)];
        await first.enter('presence-plain', { user_id: 'a' });
        await second.enter('presence-plain', { user_id: 'b' });
        const { data } = await first.inbox.next();
        assert.deepEqual(JSON.parse(data), { user_id: 'b' });
    });

    test('a repeated presence subscribe repeats the list, and the others are not notified', async () => {
        const channel = 'presence-again';
        const [ann, bob] = [await rawConnect(server), await rawConnect(server)];
        await ann.enter(channel, { user_id: 'ann' });
        await bob.enter(channel, { user_id: 'bob' });
        await ann.inbox.next(added);
        const { data } = await bob.enter(channel, { user_id: 'bob', user_info: { new: true } });
        assert.deepEqual(JSON.parse(data).presence.hash, { ann: null, bob: null });
        assert.deepEqual(await beforeMarker(server, ann, channel), []);
        bob.leave(channel);
        assert.equal((await ann.inbox.next()).event, removed);
    });

    test('a subscribe as another user is refused, and the first subscription stays', async () => {
        const channel = 'presence-swap';
        const [ann, bob] = [await rawConnect(server), await rawConnect(server)];
        await ann.enter(channel, { user_id: 'ann' });
        await bob.enter(channel, { user_id: 'bob' });
        await ann.inbox.next(added);
        bob.join(channel, { user_id: 'robert' });
        const [error] = await bob.inbox.until('pusher:subscription_error');
        assert.deepEqual([error.event, error.data.code], ['pusher:error', null]);
        assert.deepEqual(await beforeMarker(server, ann, channel), []);
        await bob.inbox.next('marker');
        const { users } = await query(server, `/channels/${channel}/users`);
        assert.deepEqual(users.map(({ id }) => id).sort(), ['ann', 'bob']);
    });

    test('Java sends client events with data as text, the others as a value', async () => {
        const channel = 'private-kinds';
        const [own, receiver] = [await rawConnect(server), await rawConnect(server)];
        for (const client of [own, receiver]) await client.enter(channel);
        for (const [message, data] of [
            [`{"event":"client-j","channel":"${channel}","data":"{\\"on\\":true}"}`, '{"on":true}'],
            [`{"event":"client-j","data":{"on":true},"channel":"${channel}"}`, '{"on":true}'],
            [`{"channel":"${channel}","data":null,"event":"client-j","user_id":"liar"}`, 'null'],
            [`{"event":"client-j","channel":"${channel}","data":[],"socket_id":"1.2"}`, '[]'],
        ]) {
            own.send(message);
            assert.deepEqual(withoutRaw(await receiver.inbox.next()),
                { event: 'client-j', channel, data });
        }
    });

    test('frames have no members but those that clients know', async () => {
        // The Ruby client ignores a frame with its own socket_id, Java stumbles over null.
        const channel = 'presence-members';
        const [ann, bob] = [await rawConnect(server), await rawConnect(server)];
        await ann.enter(channel, { user_id: 'ann' });
        await bob.enter(channel, { user_id: 'bob' });
        await sdk(server).trigger(channel, 'e', '', { socket_id: ann.socketId });
        bob.send({ event: 'client-e', channel, data: {} });
        bob.send({ event: 'pusher:subscribe', data: { channel: 'private-x' } });
        bob.leave(channel);
        const frames = [...await ann.inbox.until(removed), ...await bob.ping()];
        for (const { raw, ...frame } of frames) {
            for (const [name, value] of Object.entries(frame)) {
                assert.ok(['event', 'channel', 'data', 'user_id'].includes(name), raw);
                assert.notEqual(value, null, raw);
            }
        }
    });

    test('events published by one connection arrive in order', async () => {
        const { inbox } = await subscribe(await connect(server), 'ordered');
        for (let n = 0; n < 50; ++n) await sdk(server).trigger('ordered', 'n', { n });
        const seen = await inbox.until(({ data }) => data.n === 49);
        assert.deepEqual(seen.map(({ data }) => data.n), Array.from({ length: 50 }, (_, n) => n));
    });
});
