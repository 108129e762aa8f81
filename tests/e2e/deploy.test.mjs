import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { after, test } from 'node:test';

import { disconnectAll, pusherClient } from './support/clients.mjs';
import { app } from './support/server.mjs';
import { withServer } from './support/suite.mjs';

const guide = new URL('../../docs/deploy/vercel.md', import.meta.url);
const module = new URL(`deploy-${process.pid}.tmp.mjs`, import.meta.url);

after(() => rm(module, { force: true }));

test('the functions of the guide for Vercel work as pasted', { timeout: 60_000 }, async () => {
    const [, code] = /^```js\n(.*?)^```$/ms.exec(await readFile(guide, 'utf8'));
    await writeFile(module, code);
    await withServer([], async (server) => {
        Object.assign(process.env, {
            PUSHER_APP_ID: app.id, PUSHER_APP_KEY: app.key, PUSHER_APP_SECRET: app.secret,
            PUSHER_HOST: '127.0.0.1', PUSHER_PORT: String(server.port),
        });
        const { authorize, publish } = await import(module);
        const pusher = pusherClient(server, {
            channelAuthorization: {
                customHandler: async ({ socketId, channelName }, done) => {
                    const body = new URLSearchParams({ socket_id: socketId, channel_name: channelName });
                    const response = await authorize(new Request('http://x/', { method: 'POST', body }));
                    done(null, await response.json());
                },
            },
        });
        const channel = pusher.subscribe('private-room');
        const arrived = new Promise((resolve) => channel.bind('message', resolve));
        await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
        const body = JSON.stringify({ text: 'hello' });
        await publish(new Request('http://x/', { method: 'POST', body }));
        assert.deepEqual(await arrived, { text: 'hello' });
    });
    disconnectAll();
});
