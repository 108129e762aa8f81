import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import PusherClient from 'pusher-js';

import { connect, rawConnect, sdk, subscribe } from './support/clients.mjs';
import { applicationOf, assertSawEverything } from './support/fallback_backend.mjs';
import { useEverything } from './support/fallback_scenario.mjs';
import { quietPort } from './support/ports.mjs';
import { app } from './support/server.mjs';
import { suite, withServer } from './support/suite.mjs';

/** Options of pusher-js for one HTTP transport; a session stays on one node. */
const only = ({ one: { port } }, transport) => ({
    wsHost: '127.0.0.1', wsPort: port, httpHost: '127.0.0.1', httpPort: port,
    forceTLS: false, cluster: '', enabledTransports: [transport],
});

for (const transport of ['xhr_streaming', 'xhr_polling']) {
    suite(transport, (server) => {
        test('public, private, presence, encrypted, 500 events in order, 9 KB', async () => {
            const saw = await useEverything({
                Pusher: PusherClient, key: app.key, options: only(server, transport),
                ...applicationOf(server),
            });
            assertSawEverything(saw, transport);
        });

        test('a client that disconnects leaves its presence channels', async () => {
            const user = (user_id) => ({ user: { user_id } });
            const ann = await connect(server, user('ann'));
            const channel = await subscribe(ann, 'presence-room');
            const bob = await connect(server, { ...user('bob'), ...only(server, transport) });
            await subscribe(bob, 'presence-room');
            await channel.inbox.next('pusher:member_added');
            bob.disconnect();
            assert.equal((await channel.inbox.next('pusher:member_removed')).data.id, 'bob');
        });

        test('an unknown key is refused for good', async () => {
            const client = new PusherClient('nope', only(server, transport));
            const codes = [];
            client.connection.bind('error', (error) => codes.push((error.data ?? error.error?.data)?.code));
            await new Promise((resolve) => client.connection.bind('disconnected', resolve));
            assert.ok(codes.includes(4001), JSON.stringify(codes));
        });

        test('terminating a user ends the session with 4009', async () => {
            const client = await connect(server, { account: { id: 'eve' }, ...only(server, transport) });
            client.signin();
            await client.user.signinDonePromise;
            await sdk(server).terminateUserConnections('eve');
            await client.states.until('disconnected');
            assert.equal((await client.errors.next(({ code }) => code === 4009)).code, 4009);
        });

        test('is excluded from its own triggers, and receives those of others', async () => {
            const client = await connect(server, only(server, transport));
            const channel = await subscribe(client, 'news');
            const other = await rawConnect(server);
            await other.subscribe('news');
            const socket_id = client.connection.socket_id;
            await sdk(server).trigger('news', 'mine', {}, { socket_id });
            await sdk(server).trigger('news', 'marker', {});
            await other.inbox.next('mine');
            assert.deepEqual((await channel.inbox.until('marker')).map(({ event }) => event), ['marker']);
        });
    });
}

describe('the fallback comes back by itself', { timeout: 120_000 }, () => {
    for (const transport of ['xhr_streaming', 'xhr_polling']) {
        test(`${transport}, after a restart of the server`, async () => {
            const port = await quietPort();
            await withServer([], async (server) => {
                const client = await connect(server, only(server, transport));
                const channel = await subscribe(client, 'news');
                await server.stop();
                await server.start({ port });
                await client.states.until('connected', { within: 60_000 });
                await channel.inbox.until('pusher:subscription_succeeded');
                await sdk(server).trigger('news', 'again', 1);
                await channel.inbox.until('again');
            }, { port });
        });
    }
});
