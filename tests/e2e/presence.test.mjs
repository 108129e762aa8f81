import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, join, query, sdk, subscribe } from './support/clients.mjs';
import { eventually } from './support/inbox.mjs';
import { suite } from './support/suite.mjs';

const user = (id, info) => ({ user: { user_id: id, ...(info && { user_info: info }) } });

suite('presence channels', (server) => {
    test('a new member gets the list, the others see it join and leave', async () => {
        const ann = await connect(server, user('ann', { name: 'Ann' }));
        const channel = await subscribe(ann, 'presence-room');
        assert.deepEqual(channel.members.members, { ann: { name: 'Ann' } });
        assert.deepEqual(channel.members.me, { id: 'ann', info: { name: 'Ann' } });

        const bob = await connect(server, user('bob'));
        const bobs = await subscribe(bob, 'presence-room');
        assert.equal(bobs.members.count, 2);
        assert.deepEqual(bobs.members.members, { ann: { name: 'Ann' }, bob: null });

        assert.equal((await channel.inbox.next('pusher:member_added')).data.id, 'bob');
        assert.equal(channel.members.count, 2);
        bob.disconnect();
        assert.equal((await channel.inbox.next('pusher:member_removed')).data.id, 'bob');
        assert.equal(channel.members.count, 1);
    });

    test('two tabs of one user are one member', async () => {
        const channel = await subscribe(await connect(server, user('host')), 'presence-tabs');
        const tabs = [];
        for (let n = 0; n < 2; ++n) {
            tabs.push(await connect(server, user('ann', { tab: n })));
            const { members } = await subscribe(tabs[n], 'presence-tabs');
            assert.deepEqual(members.members, { host: null, ann: { tab: 0 } });
        }
        await sdk(server).trigger('presence-tabs', 'both-there', '');
        const coming = (await channel.inbox.until('both-there')).map(({ event }) => event);
        assert.deepEqual(coming, ['pusher:member_added', 'both-there']);

        tabs[0].unsubscribe('presence-tabs');
        await subscribe(tabs[0], 'barrier');
        await sdk(server).trigger('presence-tabs', 'one-left', '');
        assert.deepEqual(await channel.inbox.until('one-left'), [{ event: 'one-left', data: '' }]);
        tabs[1].disconnect();
        const going = (await channel.inbox.until('pusher:member_removed')).map(({ event }) => event);
        assert.deepEqual(going, ['pusher:member_removed']);
    });

    test('a member that flaps is announced at most once per second, and rightly in the end', async () => {
        const name = 'presence-flapping';
        const channel = await subscribe(await connect(server, user('ann')), name);
        const bob = await connect(server, user('bob'));
        const begin = performance.now();
        const flap = async () => {
            for (let n = 0; n < 20; ++n) {
                bob.unsubscribe(name);
                await subscribe(bob, name);
            }
        };
        await subscribe(bob, name);
        await flap();
        // A member that joins meanwhile sees the truth, and hears of no member that it sees already.
        const eve = await subscribe(await connect(server, user('eve')), name);
        assert.deepEqual(Object.keys(eve.members.members).sort(), ['ann', 'bob', 'eve']);
        await eventually('bob is seen', () => channel.members.get('bob') !== null);
        await flap();
        bob.unsubscribe(name);
        await eventually('bob is seen no more', () => channel.members.get('bob') === null);
        await new Promise((resolve) => { setTimeout(resolve, 1200); });
        for (const { members } of [channel, eve]) {
            assert.deepEqual(Object.keys(members.members).sort(), ['ann', 'eve']);
            assert.equal(members.count, 2);
        }
        await sdk(server).trigger(name, 'end', '');
        const events = await channel.inbox.until('end');
        const allowed = 1 + Math.floor((performance.now() - begin) / 1000);
        for (const event of ['pusher:member_added', 'pusher:member_removed']) {
            const told = events.filter((entry) => entry.event === event && entry.data.id === 'bob');
            assert.ok(told.length <= allowed, `${told.length} ${event}, at most ${allowed}`);
        }
    });

    test('user ids may be numbers or any text', async () => {
        const ids = [42, 'a "b" \\ c', '👋 ü', '__proto__', 'ann@example.org'];
        for (const id of ids) {
            const { inbox } = join(await connect(server, user(id)), 'presence-ids');
            await inbox.next('pusher:subscription_succeeded');
        }
        const { users } = await query(server, '/channels/presence-ids/users');
        assert.deepEqual(users.map(({ id }) => id).sort(), ids.map(String).sort());
    });

    test('a hundred members fit, the next one is refused, a present one gets in', async () => {
        const name = 'presence-full';
        await Promise.all(Array.from({ length: 100 }, async (_, n) => {
            await subscribe(await connect(server, user(`u${n}`)), name);
        }));
        const late = join(await connect(server, user('late')), name);
        const { data } = await late.inbox.next('pusher:subscription_error');
        assert.deepEqual([data.type, data.status], ['LimitReached', 413]);
        const known = await subscribe(await connect(server, user('u7')), name);
        assert.equal(known.members.count, 100);
    });
});
