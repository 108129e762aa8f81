import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { connect, sdk, subscribe } from './support/clients.mjs';
import { quietPort } from './support/ports.mjs';
import { withServer } from './support/suite.mjs';

async function comeBack(server, port, end) {
    const client = await connect(server, { user: { user_id: 'ann' } });
    const names = ['news', 'private-orders', 'presence-room'];
    const channels = await Promise.all(names.map((name) => subscribe(client, name)));
    const before = client.connection.socket_id;

    await end();
    await server.start({ port });
    // A refused attempt makes pusher-js wait for 15 s, and after 4200 it tries at once.
    await client.states.until('connected', { within: 60_000 });
    assert.notEqual(client.connection.socket_id, before);
    for (const { inbox } of channels) await inbox.until('pusher:subscription_succeeded');
    await sdk(server).trigger(names, 'again', { here: true });
    for (const { inbox } of channels) {
        assert.deepEqual(await inbox.until('again'), [{ event: 'again', data: { here: true } }]);
    }
}

describe('clients come back by themselves', { timeout: 120_000 }, () => {
    for (const how of ['stop', 'kill']) {
        test(`after a ${how} of the server`, async () => {
            const port = await quietPort();
            await withServer([], (server) => comeBack(server, port, () => server[how]()), { port });
        });
    }
});
