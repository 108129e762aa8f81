import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, join, query, sdk, subscribe } from './support/clients.mjs';
import { suite } from './support/suite.mjs';

suite('private channels', (server) => {
    test('a signed subscription receives events', async () => {
        const { inbox } = await subscribe(await connect(server), 'private-orders');
        await sdk(server).trigger('private-orders', 'shipped', { id: 7 });
        assert.deepEqual(await inbox.until('shipped'), [{ event: 'shipped', data: { id: 7 } }]);
    });

    test('a wrong signature is refused, and the connection stays usable', async () => {
        const client = await connect(server, { secret: 'not the secret' });
        const refused = join(client, 'private-secrets');
        const { data } = await refused.inbox.next('pusher:subscription_error');
        assert.equal(data.type, 'AuthError');
        assert.equal(data.status, 401);
        assert.equal((await client.errors.next()).code, null);
        assert.equal(refused.subscribed, false);

        assert.deepEqual(await query(server, '/channels/private-secrets'), { occupied: false });

        const { inbox } = await subscribe(client, 'no-signature-needed');
        await sdk(server).trigger('no-signature-needed', 'marker', '');
        assert.deepEqual(await inbox.until('marker'), [{ event: 'marker', data: '' }]);
    });

    test('a signature for another channel or another key is refused', async () => {
        const client = await connect(server);
        const { socket_id } = client.connection;
        const tokens = {
            'private-a': sdk(server).authorizeChannel(socket_id, 'private-b'),
            'private-c': sdk(server, { key: 'other' }).authorizeChannel(socket_id, 'private-c'),
            'private-d': { auth: '' },
        };
        for (const [channel, { auth }] of Object.entries(tokens)) {
            client.send_event('pusher:subscribe', { channel, auth });
            assert.equal((await client.errors.next()).code, null, channel);
        }
        const { channels } = await query(server, '/channels');
        for (const channel of Object.keys(tokens)) assert.ok(!(channel in channels), channel);
    });
});
