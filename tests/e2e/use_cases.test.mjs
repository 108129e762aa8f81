import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, query, sdk, subscribe } from './support/clients.mjs';
import { suite } from './support/suite.mjs';

suite('use cases', (server) => {
    const names = (items) => items.map(({ event }) => event);

    test('a private chat: messages, read receipts, typing', async () => {
        const [ann, bob] = [await connect(server), await connect(server)];
        const chat = 'private-chat-ann-bob';
        const [anns, bobs] = [await subscribe(ann, chat), await subscribe(bob, chat)];

        bobs.trigger('client-typing', { typing: true });
        assert.deepEqual((await anns.inbox.next('client-typing')).data, { typing: true });
        // Bob's page shows his own message at once, so his backend leaves his connection out.
        const message = { id: 1, text: 'Hello, Ann 👋' };
        const { socket_id } = bob.connection;
        await sdk(server).trigger(chat, 'new-message', message, { socket_id });
        assert.deepEqual((await anns.inbox.next('new-message')).data, message);
        anns.trigger('client-message-read', { id: 1 });
        assert.deepEqual((await bobs.inbox.next('client-message-read')).data, { id: 1 });

        await sdk(server).trigger(chat, 'marker', '');
        assert.deepEqual(names(await anns.inbox.until('marker')), ['marker']);
        assert.deepEqual(names(await bobs.inbox.until('marker')), ['marker']);
    });

    test('online status: a user with two tabs comes and goes once', async () => {
        const office = 'presence-office';
        const ann = { user: { user_id: 'ann', user_info: { name: 'Ann' } } };
        const bob = { user: { user_id: 'bob' } };
        const colleague = await subscribe(await connect(server, bob), office);
        const tabs = [await connect(server, ann), await connect(server, ann)];
        for (const client of tabs) await subscribe(client, office);
        const users = async () => {
            const answer = await query(server, `/channels/${office}/users`);
            return answer.users.map(({ id }) => id).sort();
        };
        assert.deepEqual(await users(), ['ann', 'bob']);

        tabs[0].disconnect();
        tabs[1].disconnect();
        const seen = await colleague.inbox.until('pusher:member_removed');
        assert.deepEqual(names(seen), ['pusher:member_added', 'pusher:member_removed']);
        assert.deepEqual(seen[0].data, { id: 'ann', info: { name: 'Ann' } });
        assert.deepEqual(await users(), ['bob']);
        await sdk(server).trigger(office, 'marker', '');
        assert.deepEqual(names(await colleague.inbox.until('marker')), ['marker']);
    });

    test('notifications: on all devices of one user, and on nobody else’s', async () => {
        const devices = [];
        for (let n = 0; n < 3; ++n) {
            devices.push(await subscribe(await connect(server), 'private-user-42'));
        }
        const other = await subscribe(await connect(server), 'private-user-43');
        const notice = { title: 'Your order has shipped', url: '/orders/7' };
        const event = 'App\\Notifications\\OrderShipped';
        await sdk(server).trigger('private-user-42', event, notice);
        for (const { inbox } of devices) {
            assert.deepEqual(await inbox.next(), { event, data: notice });
        }
        await sdk(server).trigger('private-user-43', 'marker', '');
        assert.deepEqual(names(await other.inbox.until('marker')), ['marker']);
    });

    test('a dashboard: a batch of ten updates over a few widgets', async () => {
        const client = await connect(server);
        const widgets = ['workspace-123.chats', 'workspace-123.visitors'];
        const channels = await Promise.all(widgets.map((widget) => subscribe(client, widget)));
        await sdk(server).triggerBatch(Array.from({ length: 10 }, (_, n) => {
            return { channel: widgets[n % 2], name: 'updated', data: JSON.stringify({ n }) };
        }));
        for (const [widget, expected] of [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]].entries()) {
            const isLast = ({ data }) => data.n === expected.at(-1);
            const updates = await channels[widget].inbox.until(isLast);
            assert.deepEqual(updates.map(({ data }) => data.n), expected);
        }
    });
});
