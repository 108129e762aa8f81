import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, rawConnect, sdk, subscribe } from './support/clients.mjs';
import { post } from './support/http.mjs';
import { suite } from './support/suite.mjs';

const events = '/apps/app-id/events';

suite('payloads', (server) => {
    test('unicode, emoji and backslashes, in names and in data', async () => {
        const { inbox } = await subscribe(await connect(server), 'text');
        const names = ['App\\Events\\OrderShipped', 'größer 🎉', '"quoted"', 'tab\there', 'a/b'];
        for (const name of names) {
            const data = { text: `${name} – 日本語 👩‍👩‍👧 \u2028 \\ "` };
            await sdk(server).trigger('text', name, data);
            assert.deepEqual(await inbox.next(), { event: name, data });
        }
    });

    test('9 KB go through REST and as a client event', async () => {
        const big = { text: 'ü'.repeat(4_600) };
        const [own, other] = [await connect(server), await connect(server)];
        const mine = await subscribe(own, 'private-big');
        const theirs = await subscribe(other, 'private-big');
        await sdk(server).trigger('private-big', 'big', big);
        for (const { inbox } of [mine, theirs]) {
            assert.deepEqual((await inbox.next('big')).data, big);
        }
        mine.trigger('client-big', big);
        assert.deepEqual((await theirs.inbox.next('client-big')).data, big);
    });

    test('10 KiB is the maximum: one byte more is 413, as a client event an error', async () => {
        const client = await connect(server);
        const { inbox } = await subscribe(client, 'private-most');
        const most = 'x'.repeat(10_240);
        await sdk(server).trigger('private-most', 'most', most);
        assert.equal((await inbox.next('most')).data, most);
        // It counts bytes, not characters.
        for (const more of [`${most}x`, 'ü'.repeat(5_121)]) {
            const sent = sdk(server).trigger('private-most', 'more', more);
            await assert.rejects(sent, { status: 413 });
        }
        client.send_event('client-more', `${most}x`, 'private-most');
        assert.equal((await client.errors.next()).code, null);
        await sdk(server).trigger('private-most', 'marker', '');
        assert.deepEqual(await inbox.until('marker'), [{ event: 'marker', data: '' }]);
    });

    test('data is delivered byte for byte', async () => {
        const client = await rawConnect(server);
        await client.subscribe('bytes');
        const texts = [
            '{"n":9007199254740993,"b":1,"a":1.0,"b":2,"e":1E+2}',
            '{"escaped":"\\u00fc \\/ \\ud83d\\ude00 \\ud83d","raw":"ü/😀"}',
            ' [ 1 , 2 ] ', '', '5', 'not JSON {', '\u0000\u001f\u007f\u2028',
        ];
        for (const data of texts) {
            const body = JSON.stringify({ name: 'e', channel: 'bytes', data });
            assert.equal((await post(server, events, body)).status, 200);
            assert.equal((await client.inbox.next('e')).data, data);
        }
    });

    test('data with JSON escapes is delivered decoded', async () => {
        const client = await rawConnect(server);
        await client.subscribe('escapes');
        for (const [escapes, text] of [
            ['\\u00fc \\ud83d\\ude00 \\/ \\u0000 \\"', 'ü 😀 / \u0000 "'],
            // Half a character: strict parsers would refuse the whole frame, so it is replaced.
            ['ü \\ud83d \\/', 'ü \ufffd /'],
        ]) {
            const body = `{"name":"e","channels":["escapes"],"data":"${escapes}"}`;
            assert.equal((await post(server, events, body)).status, 200);
            assert.equal((await client.inbox.next('e')).data, text);
        }
    });

    test('data that is not a string arrives as its source text', async () => {
        const client = await rawConnect(server);
        await client.subscribe('values');
        for (const value of ['{"z":9007199254740993,"a":"\\u00fc"}', '1.50', 'true', '[1,\n2]']) {
            const body = `{"name":"e","channel":"values","data":${value}}`;
            assert.equal((await post(server, events, body)).status, 200);
            assert.equal((await client.inbox.next('e')).data, value);
        }
    });
});
