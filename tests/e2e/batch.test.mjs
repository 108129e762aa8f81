import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, sdk, subscribe } from './support/clients.mjs';
import { suite } from './support/suite.mjs';

suite('batches', (server) => {
    const item = (channel, name, more = {}) => {
        return { channel, name, data: JSON.stringify({ name }), ...more };
    };

    test('ten events arrive in their order', async () => {
        const { inbox } = await subscribe(await connect(server), 'feed');
        const names = Array.from({ length: 10 }, (_, n) => `step-${n}`);
        const response = await sdk(server).triggerBatch(names.map((name) => item('feed', name)));
        assert.deepEqual(await response.json(), {});
        const expected = names.map((name) => ({ event: name, data: { name } }));
        assert.deepEqual(await inbox.until('step-9'), expected);
    });

    test('each item has its own channel, exclusion and info', async () => {
        const client = await connect(server, { user: { user_id: 'ann' } });
        const one = await subscribe(client, 'one');
        const two = await subscribe(client, 'presence-two');
        const response = await sdk(server).triggerBatch([
            item('one', 'a', { socket_id: client.connection.socket_id }),
            item('presence-two', 'b', { info: 'user_count' }),
            item('one', 'c'),
        ]);
        assert.deepEqual(await response.json(), { batch: [{}, { user_count: 1 }, {}] });
        assert.deepEqual(await one.inbox.until('c'), [{ event: 'c', data: { name: 'c' } }]);
        assert.deepEqual(await two.inbox.until('b'), [{ event: 'b', data: { name: 'b' } }]);
    });

    test('eleven events, or a single bad one, are refused whole', async () => {
        const { inbox } = await subscribe(await connect(server), 'strict');
        const good = item('strict', 'unseen');
        for (const batch of [Array(11).fill(good), [good, item('bad name', 'x')]]) {
            await assert.rejects(sdk(server).triggerBatch(batch), { status: 400 });
        }
        const tooBig = [good, { ...good, data: 'x'.repeat(10_241) }];
        await assert.rejects(sdk(server).triggerBatch(tooBig), { status: 413 });
        await sdk(server).trigger('strict', 'marker', '');
        assert.deepEqual(await inbox.until('marker'), [{ event: 'marker', data: '' }]);
    });
});
