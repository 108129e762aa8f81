import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
    connect, hmac, query, rawConnect, sdk, signIn, subscribe, userChannel,
} from './support/clients.mjs';
import { post } from './support/http.mjs';
import { Inbox } from './support/inbox.mjs';
import { app } from './support/server.mjs';
import { suite } from './support/suite.mjs';

const success = 'pusher:signin_success';
const names = (items) => items.map(({ event }) => event);

async function signedIn(server, user) {
    const client = await rawConnect(server);
    client.signIn(user);
    await client.inbox.next(success);
    return client;
}

suite('signed-in users', (server) => {
    const page = (id, options) => connect(server, { account: { id }, ...options });

    test('pusher-js signs in and subscribes to the channel of its user', async () => {
        const account = { id: 'ann', user_info: { name: 'Zoë' } };
        const client = await connect(server, { account });
        const own = await signIn(client);
        assert.equal(own.name, '#server-to-user-ann');
        assert.deepEqual(client.user.user_data, account);
    });

    test('it signs in again after a reconnect', async () => {
        const client = await page('ann');
        await signIn(client);
        client.disconnect();
        await client.states.until('disconnected');
        client.connect();
        await client.states.until('connected');
        const own = await userChannel(client);
        await sdk(server).sendToUser('ann', 'hello', { n: 1 });
        assert.deepEqual(await own.inbox.next(), { event: 'hello', data: { n: 1 } });
    });

    test('success repeats the user data unchanged', async () => {
        const client = await rawConnect(server);
        for (const text of [
            '{"id":"u1","user_info":{"name":"Zoë"},"watchlist":["u2","u3"]}',
            ' { "user_info" : {"n":9007199254740993,"n":1e400} ,\n "id":"u\\u0031", "more":[] } ',
        ]) {
            client.signIn(text);
            const { raw, event, data, ...more } = await client.inbox.next(success);
            assert.deepEqual([JSON.parse(data), more], [{ user_data: text }, {}]);
        }
    });

    test('an invalid sign-in is an error, and the connection stays unchanged', async () => {
        const client = await rawConnect(server);
        const token = (text, key = app.key) => `${key}:${hmac(text)}`;
        const ann = '{"id":"ann"}';
        const signed = (user_data) => ({
            auth: token(`${client.socketId}::user::${user_data}`), user_data,
        });
        const wrong = {
            'no token': { user_data: ann },
            'an empty token': { auth: '', user_data: ann },
            'a wrong signature': { auth: `${app.key}:${'0'.repeat(64)}`, user_data: ann },
            'another key': { auth: token(`${client.socketId}::user::${ann}`, 'k'), user_data: ann },
            'another socket id': { auth: token(`1.2::user::${ann}`), user_data: ann },
            'other user data': { ...signed(ann), user_data: '{"id":"bob"}' },
            'a signature of a subscription': {
                auth: token(`${client.socketId}:private-x:${ann}`), user_data: ann,
            },
            'no user data': { auth: signed(ann).auth },
            'no JSON': signed('ann'),
            'no object': signed('["ann"]'),
            'no id': signed('{"user_info":{}}'),
            'an empty id': signed('{"id":""}'),
            'a number as id': signed('{"id":5}'),
            'an id with other characters': signed('{"id":"ann smith"}'),
            'an id of 129 characters': signed(`{"id":"${'x'.repeat(129)}"}`),
            'a user_info of 1,025 bytes': signed(`{"id":"ann","user_info":"${'x'.repeat(1023)}"}`),
            'a watchlist that is none': signed('{"id":"ann","watchlist":"bob"}'),
            'a watchlist of numbers': signed('{"id":"ann","watchlist":[1]}'),
        };
        for (const [what, data] of Object.entries(wrong)) {
            client.send({ event: 'pusher:signin', data });
            const frames = await client.ping();
            assert.deepEqual(names(frames), ['pusher:error'], what);
            assert.equal(frames[0].data.code, null, what);
        }
        // It is signed in as nobody: it does not get into anybody's channel.
        client.join('#server-to-user-ann');
        assert.equal((await client.inbox.next('pusher:subscription_error')).data.status, 401);
    });

    test('a numeric id is an error that names the type', async () => {
        const client = await rawConnect(server);
        client.signIn({ id: 7 });
        const { data: { code, message } } = await client.inbox.next('pusher:error');
        assert.equal(code, null);
        assert.match(message, /id in user_data.*string.*number/);
    });

    test('an id of 128 characters and a user_info of 1,024 bytes are fine', async () => {
        const user_info = 'x'.repeat(1022);
        await signedIn(server, { id: 'x'.repeat(128), user_info });
        await signedIn(server, { id: 'Az09_-=@,.;', user_info });
    });

    test('a repeated sign-in succeeds for the same user, and is an error for another', async () => {
        const client = await signedIn(server, { id: 'ann' });
        client.signIn({ id: 'ann', user_info: { again: true } });
        assert.deepEqual(names(await client.ping()), [success]);
        client.signIn({ id: 'bob' });
        const [error, ...more] = await client.ping();
        assert.deepEqual([error.event, error.data.code, more], ['pusher:error', null, []]);
        await client.enter('#server-to-user-ann');
        client.join('#server-to-user-bob');
        assert.equal((await client.inbox.next('pusher:subscription_error')).data.status, 401);
    });

    test('an event to a user reaches all connections of the user, and no others', async () => {
        const [ann1, ann2, bob] = await Promise.all(['ann', 'ann', 'bob'].map((id) => page(id)));
        const [anns1, anns2, bobs] = await Promise.all([ann1, ann2, bob].map(signIn));
        const heard = new Promise((resolve) => ann1.user.bind('notice', resolve));
        await sdk(server).sendToUser('ann', 'notice', { text: 'größer' });
        const notice = { event: 'notice', data: { text: 'größer' } };
        for (const { inbox } of [anns1, anns2]) assert.deepEqual(await inbox.next(), notice);
        assert.deepEqual(await heard, { text: 'größer' });
        await sdk(server).sendToUser('bob', 'marker', '');
        assert.deepEqual(names(await bobs.inbox.until('marker')), ['marker']);
        assert.equal((await sdk(server).sendToUser('nobody', 'notice', '')).status, 200);
    });

    test('the frame names the channel of the user', async () => {
        const client = await signedIn(server, { id: 'ann' });
        await client.enter('#server-to-user-ann');
        await sdk(server).sendToUser('ann', 'notice', '{"n":1}');
        const { raw, ...frame } = await client.inbox.next();
        const channel = '#server-to-user-ann';
        assert.deepEqual(frame, { event: 'notice', channel, data: '{"n":1}' });
    });

    test('other users cannot subscribe to the channel of a user, whatever the token', async () => {
        const channel = '#server-to-user-ann';
        for (const client of [await rawConnect(server), await signedIn(server, { id: 'ann2' })]) {
            const auth = `${app.key}:${hmac(`${client.socketId}:${channel}`)}`;
            client.send({ event: 'pusher:subscribe', data: { channel, auth } });
            const [error, refusal] = await client.inbox.until('pusher:subscription_error');
            assert.deepEqual([error.event, error.data.code], ['pusher:error', null]);
            assert.deepEqual([refusal.channel, refusal.data.type, refusal.data.status],
                [channel, 'AuthError', 401]);
        }
    });

    test('client events are refused on the channel of a user', async () => {
        const clients = [];
        for (let n = 0; n < 2; ++n) {
            clients.push(await signedIn(server, { id: 'ann' }));
            await clients[n].enter('#server-to-user-ann');
        }
        clients[0].send({ event: 'client-x', channel: '#server-to-user-ann', data: {} });
        const [error] = await clients[0].ping();
        assert.deepEqual([error.event, error.data.code], ['pusher:error', null]);
        await sdk(server).sendToUser('ann', 'marker', '');
        assert.deepEqual(names(await clients[1].inbox.until('marker')), ['marker']);
    });

    test('the channel of a user is not in REST listings', async () => {
        await signIn(await page('listed'));
        await subscribe(await connect(server), 'seen');
        const { channels } = await query(server, '/channels');
        assert.ok('seen' in channels);
        assert.deepEqual(Object.keys(channels).filter((name) => name.startsWith('#')), []);
        // The SDK does not escape a #, and what follows it in a URL would not be sent.
        const filter_by_prefix = '%23server-to-user-';
        assert.deepEqual(await query(server, '/channels', { filter_by_prefix }), { channels: {} });
    });

    test('a signed-in user joins presence channels without channel data', async () => {
        const client = await connect(server, {
            account: { id: 'ann', user_info: { name: 'Ann' } },
        });
        await signIn(client);
        const channel = await subscribe(client, 'presence-room');
        assert.deepEqual(channel.members.me, { id: 'ann', info: { name: 'Ann' } });
        // Channel data wins where there is some.
        const other = await page('carl', { user: { user_id: 'carlos', user_info: 5 } });
        await signIn(other);
        const { members } = await subscribe(other, 'presence-room');
        assert.deepEqual(members.members, { ann: { name: 'Ann' }, carlos: 5 });
    });

    test('a client that is not signed in needs channel data', async () => {
        const client = await rawConnect(server);
        client.join('presence-strict');
        const [error, refusal] = await client.inbox.until('pusher:subscription_error');
        assert.equal(error.data.code, null);
        assert.equal(refusal.channel, 'presence-strict');
        assert.deepEqual(await query(server, '/channels/presence-strict'), { occupied: false });
    });

    test('terminating ends all connections of the user with 4009, and no others', async () => {
        const clients = [];
        for (let n = 0; n < 5; ++n) clients.push(await signedIn(server, { id: 'evil' }));
        const others = [await signedIn(server, { id: 'evil2' }), await rawConnect(server)];
        await others[1].enter('presence-hall', { user_id: 'evil' });
        const answer = await sdk(server).terminateUserConnections('evil');
        assert.deepEqual([answer.status, await answer.json()], [200, {}]);
        for (const { inbox } of clients) {
            const [error, close, ...more] = await inbox.until('close');
            assert.deepEqual([error.event, error.data.code], ['pusher:error', 4009]);
            assert.deepEqual([close.code, close.reason], [4009, error.data.message]);
            assert.deepEqual(more, []);
        }
        for (const client of others) assert.deepEqual(await client.ping(), []);
    });

    test('its members leave at once, and the user may reconnect', async () => {
        const observer = await rawConnect(server);
        await observer.enter('presence-exit', { user_id: 'host' });
        const client = await signedIn(server, { id: 'evil' });
        await client.enter('presence-exit');
        await observer.inbox.next('pusher_internal:member_added');
        await sdk(server).terminateUserConnections('evil');
        const { data } = await observer.inbox.next('pusher_internal:member_removed');
        assert.deepEqual(JSON.parse(data), { user_id: 'evil' });
        await signedIn(server, { id: 'evil' });
    });

    test('terminating an unknown user succeeds', async () => {
        const answer = await sdk(server).terminateUserConnections('never-seen');
        assert.deepEqual([answer.status, await answer.json()], [200, {}]);
    });

    test('the Python SDK omits the app from the path', async () => {
        const [client, other] = [await signedIn(server, { id: 'py' }), await rawConnect(server)];
        const path = '/users/py/terminate_connections';
        const unsigned = `${server.url}${path}?auth_key=${app.key}`;
        assert.equal((await fetch(unsigned, { method: 'POST', body: '{}' })).status, 401);
        await client.ping();
        const answer = await post(server, path, '{}');
        assert.deepEqual([answer.status, await answer.text()], [200, '{}']);
        assert.equal((await client.inbox.next('close')).code, 4009);
        await other.ping();
    });
});

suite('apps with users of equal names', (server) => {
    test('neither receive nor terminate each other’s', async () => {
        const other = { appId: 'other-id', key: 'other-key', secret: app.secret };
        const client = await rawConnect(server);
        client.signIn({ id: 'ann' });
        await client.enter('#server-to-user-ann');
        await sdk(server, other).sendToUser('ann', 'wrong-app', '');
        await sdk(server, other).terminateUserConnections('ann');
        await sdk(server).sendToUser('ann', 'marker', '');
        assert.deepEqual(names(await client.inbox.until('marker')), ['marker']);
    });
}, ['--apps', JSON.stringify([app, { id: 'other-id', key: 'other-key', secret: app.secret }])]);

suite('connections that have two seconds to authorize themselves', (server) => {
    const page = (id) => connect(server, { account: { id } });

    test('are closed with 4009 if they do not', async () => {
        const client = await rawConnect(server);
        await client.enter('public');
        const refused = { channel: 'private-x', auth: `${app.key}:${'0'.repeat(64)}` };
        client.send({ event: 'pusher:subscribe', data: refused });
        const [error, close] = (await client.inbox.until('close')).slice(-2);
        assert.deepEqual([error.event, error.data.code, close.code], ['pusher:error', 4009, 4009]);
        assert.equal(close.reason, error.data.message);
    });

    test('stay if they have signed in, or have a channel that takes a token', async () => {
        const proven = [await signedIn(server, { id: 'ann' })];
        for (const channel of ['private-x', 'private-encrypted-x', 'presence-x']) {
            const client = await rawConnect(server);
            const member = channel.startsWith('presence-') ? { user_id: 'bob' } : undefined;
            await client.enter(channel, member);
            proven.push(client);
        }
        // Whoever came later and is closed for it shows that their time, too, is over.
        const idle = await rawConnect(server);
        assert.equal((await idle.inbox.next('close')).code, 4009);
        for (const client of proven) assert.deepEqual(await client.ping(), []);
    });

    test('an event to a user arrives whose sign-in followed the subscriptions', async () => {
        const client = await page('ann');
        await subscribe(client, 'news');
        const seen = new Inbox('messages');
        client.connection.bind('message', (message) => seen.push(message));
        client.signin();
        await seen.next(success);
        await client.user.signinDonePromise;
        await seen.next('pusher_internal:subscription_succeeded');
        await sdk(server).sendToUser('ann', 'hello', { works: true });
        const { channel, data } = await seen.next('hello');
        assert.deepEqual([channel, data], ['#server-to-user-ann', { works: true }]);
    });

    test('an event to a user arrives that is published when another one has signed in', async () => {
        const [ann, bob] = [await page('ann'), await page('bob')];
        const own = await signIn(ann);
        bob.connection.bind('message', ({ event }) => {
            if (event === success) sdk(server).sendToUser('ann', 'bob-is-here', { works: true });
        });
        const others = await signIn(bob);
        assert.deepEqual(await own.inbox.next(), { event: 'bob-is-here', data: { works: true } });
        await sdk(server).sendToUser('bob', 'marker', '');
        assert.deepEqual(names(await others.inbox.until('marker')), ['marker']);
    });
}, ['--limits.authorization-timeout-seconds', '2']);
