import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { rawConnect, sdk } from './support/clients.mjs';
import { app } from './support/server.mjs';
import { withServer } from './support/suite.mjs';

const other = { id: 'other-id', key: 'other-key', secret: 'other-secret' };

let folder;
before(async () => (folder = await mkdtemp(join(tmpdir(), 'carillon-'))));
after(() => rm(folder, { recursive: true }));

/** Tells the server to read its configuration again, and waits until it says `line`. */
async function hangUp(server, line) {
    const from = server.child.text.stderr.length;
    server.child.kill('SIGHUP');
    while (!line.test(server.child.text.stderr.slice(from))) await once(server.child.stderr, 'data');
}

test('SIGHUP applies apps without dropping a connection', { timeout: 60_000 }, async () => {
    const file = join(folder, 'carillon.json');
    await writeFile(file, JSON.stringify({ apps: [app] }));
    await withServer(['--config', file, '--shards', '2'], async (server) => {
        const client = await rawConnect(server);
        await client.subscribe('news');

        await writeFile(file, JSON.stringify({ apps: [{ ...app, client_events: false }, other] }));
        await hangUp(server, /configuration reloaded, apps 2/);
        const backend = { appId: other.id, key: other.key, secret: other.secret };
        assert.equal((await sdk(server, backend).get({ path: '/channels' })).status, 200);
        await sdk(server).trigger('news', 'e', 'still here');
        await client.inbox.until('e');

        await writeFile(file, '{ "apps": [] , "nonsense": 1 }');
        await hangUp(server, /configuration not reloaded/);
        await sdk(server).trigger('news', 'e', 'still here');
        await client.inbox.until('e');
    });
});
