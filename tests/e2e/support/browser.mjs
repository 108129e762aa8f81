import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';

const library = fileURLToPath(
    new URL('../node_modules/pusher-js/dist/web/pusher-with-encryption.js', import.meta.url));

/** A headless Chromium with one page, of an origin of its own, that has pusher-js. */
export class Browser {
    /** `options`: of Puppeteer. */
    static async open(options = {}) {
        const browser = new Browser();
        const script = await readFile(library);
        browser.site = createServer((request, response) => {
            const isScript = request.url === '/pusher.js';
            response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
            response.end(isScript ? script : '<!doctype html><script src="/pusher.js"></script>');
        });
        browser.site.listen(0, '127.0.0.1');
        await once(browser.site, 'listening');
        browser.chromium = await puppeteer.launch({
            executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
            args: ['--no-sandbox', '--disable-dev-shm-usage'], timeout: 60_000,
            ...options,
        });
        return browser;
    }

    /** A profile that remembers nothing. */
    context() {
        return this.chromium.createBrowserContext();
    }

    /** A fresh page, with what its profile remembers of earlier ones. */
    async page(profile) {
        const page = await (profile ?? await this.context()).newPage();
        await page.goto(`http://127.0.0.1:${this.site.address().port}/`);
        return page;
    }

    async close() {
        await this.chromium.close();
        this.site.close();
    }
}
