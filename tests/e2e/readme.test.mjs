import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { query } from './support/clients.mjs';
import { eventually } from './support/inbox.mjs';
import { withServer } from './support/suite.mjs';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
const [listening, sending] = blocks;

/** Runs a block as it stands, but for the port. */
function start(block, server) {
    const code = block.replaceAll('6001', server.port);
    assert.notEqual(code, block, 'the block names the port');
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        timeout: 60_000,
    });
    child.output = '';
    for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (text) => (child.output += text));
    }
    child.ended = new Promise((resolve) => child.on('close', resolve));
    return child;
}

test('the README’s JavaScript works as pasted', async () => {
    assert.equal(blocks.length, 2);
    await withServer([], async (server) => {
        const client = start(listening, server);
        try {
            await eventually('the README’s client has subscribed', async () => {
                assert.equal(client.exitCode, null, client.output);
                return (await query(server, '/channels/my-channel')).occupied;
            });
            const backend = start(sending, server);
            assert.equal(await backend.ended, 0, backend.output);
            await eventually('the client prints it', () => client.output.includes('hello'));
        } finally {
            client.kill();
            await client.ended;
        }
    });
});
