import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Browser } from './support/browser.mjs';
import { sdk } from './support/clients.mjs';
import { applicationOf, assertSawEverything } from './support/fallback_backend.mjs';
import { useEverything } from './support/fallback_scenario.mjs';
import { Inbox } from './support/inbox.mjs';
import { quietPort } from './support/ports.mjs';
import { startNginx } from './support/programs.mjs';
import { app } from './support/server.mjs';
import { withServer } from './support/suite.mjs';

const optionsOf = (port) => ({
    wsHost: '127.0.0.1', wsPort: port, httpHost: '127.0.0.1', httpPort: port,
    forceTLS: false, cluster: '',
});

describe('Chromium', { timeout: 240_000 }, () => {
    let browser;
    before(async () => (browser = await Browser.open()));
    after(() => browser.close());

    for (const transport of ['ws', 'xhr_streaming', 'xhr_polling']) {
        test(`${transport}: public, private, presence, encrypted, 500 events in order, 9 KB`, async () => {
            await withServer(['--shards', '2'], async (server) => {
                const page = await browser.page();
                for (const [name, body] of Object.entries(applicationOf(server))) {
                    await page.exposeFunction(name, body);
                }
                const options = { ...optionsOf(server.port), enabledTransports: [transport] };
                const saw = await page.evaluate(
                    `(${useEverything})({ Pusher, key: '${app.key}', options: ${JSON.stringify(options)},
                        authorize, backend })`);
                assertSawEverything(saw, transport);
                await page.close();
            });
        });
    }

    for (const transport of ['xhr_streaming', 'xhr_polling']) {
        test(`${transport}: comes back after a restart of the server`, async () => {
            const port = await quietPort();
            await withServer([], async (server) => {
                const page = await browser.page();
                const options = { ...optionsOf(port), enabledTransports: [transport] };
                const states = await watch(page, options);
                await states.until('subscribed');
                await server.stop();
                await server.start({ port });
                await states.until('subscribed');
                await sdk(server).trigger('news', 'again', 1);
                await states.until('again');
                await page.close();
            }, { port });
        });
    }

    test('falls back by itself where WebSockets are blocked, and returns to them', async () => {
        await withServer([], async (server) => {
            const profile = await browser.context();
            const blocking = await startNginx((port) => withoutWebSockets(port, server.port));
            try {
                const page = await browser.page(profile);
                const states = await watch(page, optionsOf(blocking.port));
                await states.until('subscribed');
                assert.match(await transportOf(page), /^xhr_(streaming|polling)$/);
                await sdk(server).trigger('news', 'again', 1);
                await states.until('again');
                await page.close();
            } finally {
                await blocking.stop();
            }
            const page = await browser.page(profile);
            await (await watch(page, optionsOf(server.port))).until('subscribed');
            assert.equal(await transportOf(page), 'ws');
            await page.close();
        });
    });
});

/** A proxy that breaks WebSockets. */
const withoutWebSockets = (port, upstream) => `
    server {
        listen 127.0.0.1:${port};
        location / {
            if ($http_upgrade) { return 403; }
            proxy_http_version 1.1;
            proxy_pass http://127.0.0.1:${upstream};
        }
    }`;

/** Connects in the page and subscribes to `news`; tells what happens there. */
async function watch(page, options) {
    const states = new Inbox('page');
    await page.exposeFunction('tell', (event) => states.push({ event }));
    await page.evaluate((key, given) => {
        window.client = new window.Pusher(key, given);
        const news = window.client.subscribe('news');
        news.bind('pusher:subscription_succeeded', () => window.tell('subscribed'));
        news.bind('again', () => window.tell('again'));
    }, app.key, options);
    return { until: (event) => states.until(event, { within: 90_000 }) };
}

const transportOf = (page) => page.evaluate(() => window.client.connection.connection.transport.name);
