import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, rawConnect, sdk, subscribe } from './support/clients.mjs';
import { suite } from './support/suite.mjs';

const rawClients = 2_000;
const pusherClients = 30;
const publishers = 10;
const eventsEach = 10;

function namesOf(publisher) {
    return Array.from({ length: eventsEach }, (_, n) => `${publisher}-${n}`);
}

async function inTurns(count, atOnce, make) {
    const made = [];
    for (let i = 0; i < count; i += atOnce) {
        const length = Math.min(atOnce, count - i);
        made.push(...(await Promise.all(Array.from({ length }, make))));
    }
    return made;
}

suite('fan-out', (server) => {
    test('2,000 connections see 100 events in the same order', async () => {
        const inboxes = await inTurns(rawClients, 100, async () => {
            const client = await rawConnect(server);
            await client.subscribe('crowd');
            return client.inbox;
        });
        inboxes.push(...(await inTurns(pusherClients, 10, async () => {
            return (await subscribe(await connect(server), 'crowd')).inbox;
        })));

        // Publishers at the same time, so that the order is the server's own choice.
        await Promise.all(Array.from({ length: publishers }, async (_, publisher) => {
            const backend = sdk(server);
            for (const name of namesOf(publisher)) await backend.trigger('crowd', name, 'x');
        }));
        await sdk(server).trigger('crowd', 'marker', '');

        const orders = [];
        for (const inbox of inboxes) {
            orders.push((await inbox.until('marker')).map(({ event }) => event).join());
        }
        assert.equal(new Set(orders).size, 1);
        const order = orders[0].split(',').slice(0, -1);
        assert.equal(order.length, publishers * eventsEach);
        for (let publisher = 0; publisher < publishers; ++publisher) {
            const own = order.filter((name) => name.startsWith(`${publisher}-`));
            assert.deepEqual(own, namesOf(publisher));
        }
    });
});
