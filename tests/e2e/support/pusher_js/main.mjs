// Runs pusher-js's own integration specs, as its npm package has them, against the server:
//   node support/pusher_js/main.mjs            in Node
//   node support/pusher_js/main.mjs --browser  in Chromium
// With and without TLS, by WebSocket and by both fallbacks; about two minutes, most of it waiting.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Browser } from '../browser.mjs';
import { Certificates } from '../certificates.mjs';
import { Server } from '../server.mjs';
import { startBackend } from './backend.mjs';
import { bundle } from './bundle.mjs';

// The specs know these two keys.
const apps = ['c49a449b916bb4246729', 'cb7d5e50f5669e5c9ae6'].map((key, n) => {
    return { id: `app-${n}`, key, secret: `secret-of-app-${n}` };
});

const count = { passed: 0, failed: 0, skipped: 0 };
function report({ fullName, status, failedExpectations }) {
    ++count[{ passed: 'passed', failed: 'failed' }[status] ?? 'skipped'];
    if (status !== 'failed') return;
    console.log(`FAILED: ${fullName}`);
    for (const { message } of failedExpectations) console.log(`    ${message}`);
}

async function runInNode(script, settings) {
    Object.assign(globalThis, settings);
    // The certificate is of an authority of our own.
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const require = createRequire(import.meta.url);
    const jasmine = require('jasmine-core').boot(require('jasmine-core'));
    const env = jasmine.getEnv();
    env.configure({ random: false });
    env.addReporter({ specDone: report });
    const folder = mkdtempSync(join(fileURLToPath(new URL('../../node_modules', import.meta.url)), '.specs-'));
    try {
        writeFileSync(join(folder, 'specs.cjs'), script);
        require(join(folder, 'specs.cjs'));
    } finally {
        rmSync(folder, { recursive: true });
    }
    await env.execute();
}

async function runInBrowser(script, settings) {
    const browser = await Browser.open({ acceptInsecureCerts: true });
    try {
        const page = await browser.page();
        page.on('pageerror', (error) => console.log(`page: ${error}`));
        await page.exposeFunction('report', report);
        const done = new Promise((resolve) => page.exposeFunction('done', resolve));
        const jasmine = createRequire(import.meta.url).resolve('jasmine-core/lib/jasmine-core/jasmine.js');
        await page.addScriptTag({ path: jasmine });
        await page.evaluate((given) => {
            Object.assign(window, given);
            window.jasmine = window.jasmineRequire.core(window.jasmineRequire);
            const env = window.jasmine.getEnv();
            Object.assign(window, window.jasmineRequire.interface(window.jasmine, env));
            env.configure({ random: false });
            const specDone = ({ fullName, status, failedExpectations }) => window.report({
                fullName, status, failedExpectations: failedExpectations.map(({ message }) => ({ message })),
            });
            env.addReporter({ specDone, jasmineDone: () => window.done() });
        }, settings);
        await page.addScriptTag({ content: script });
        await page.evaluate(() => void window.jasmine.getEnv().execute());
        await done;
    } finally {
        await browser.close();
    }
}

const isWeb = process.argv.includes('--browser');
const certificates = new Certificates();
const listen = [{ address: '127.0.0.1', port: 0 }, { ...certificates.listener, address: '127.0.0.1', port: 0 }];
const server = new Server(['--listen', JSON.stringify(listen), '--apps', JSON.stringify(apps), '--shards', '2']);
await server.start();
const [, plain, secure] = /listening on 127\.0\.0\.1:(\d+), 127\.0\.0\.1:(\d+)/.exec(server.child.text.stderr);
const backends = [];
for (const { id, key, secret } of apps) {
    backends.push(await startBackend({ port: Number(plain) }, { appId: id, key, secret }));
}
const serverUnderTest = {
    wsHost: '127.0.0.1', httpHost: '127.0.0.1', wsPort: Number(plain), httpPort: Number(plain),
    wssPort: Number(secure), httpsPort: Number(secure), enableStats: false,
};
const settings = { serverUnderTest, backends: backends.map(({ url }) => url) };
await (isWeb ? runInBrowser : runInNode)(await bundle(isWeb ? 'web' : 'node'), settings);
for (const { server: backend } of backends) backend.close();
await server.stop();
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.passed > 0 && count.failed === 0 ? 0 : 1);
