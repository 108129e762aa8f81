import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Random } from '../checker/random.mjs';
import { metricsOf } from '../clients.mjs';
import { eventually } from '../inbox.mjs';
import { app, Server } from '../server.mjs';
import { fallbackConversation, restConversation } from './http.mjs';
import { pause, webSocketConversation } from './websocket.mjs';
import { Witness } from './witness.mjs';

/** An app that only hostile clients use; reloads change it, disable it and remove it. */
const other = { id: 'other', key: 'other-key', secret: 'other-secret' };
const common = { max_client_events_per_second: 0, max_api_requests_per_second: 0 };

const talkers = 8;

/** A server for rounds, with its witness, and a configuration that a round may change. */
export class Arena {
    static async open(shards) {
        const arena = new Arena();
        arena.folder = mkdtempSync(join(tmpdir(), 'carillon-fuzzer-'));
        arena.file = join(arena.folder, 'carillon.json');
        arena.configure([]);
        arena.server = new Server(
            ['--config', arena.file, '--shards', String(shards), '--http.header-timeout-seconds', '2']);
        await arena.server.start({ within: 3_600_000 });
        arena.witness = await Witness.open(arena.server);
        arena.descriptors = arena.openDescriptors();
        return arena;
    }

    configure(others) {
        const apps = [{ ...app, limits: common, subscription_count: false }, ...others];
        writeFileSync(this.file, JSON.stringify({ apps }));
    }

    openDescriptors() {
        return readdirSync(`/proc/${this.server.child.pid}/fd`).length;
    }

    async reload(random) {
        const limits = {
            ...common, max_connections: random.pick([0, 0, 3]), max_presence_members: random.pick([0, 1, 100]),
            max_subscriptions_per_connection: random.pick([0, 2, 2000]),
            authorization_timeout_seconds: random.pick([0, 1]),
        };
        const changed = {
            ...other, limits, enabled: random.chance(0.8), client_events: random.chance(0.8),
            subscription_count: random.chance(0.5),
        };
        this.configure(random.chance(0.8) ? [changed] : []);
        const from = this.server.child.text.stderr.length;
        this.server.child.kill('SIGHUP');
        while (!/configuration (not )?reloaded/.test(this.server.child.text.stderr.slice(from))) {
            await once(this.server.child.stderr, 'data');
        }
    }

    /** One round: what the seed decides, beside the witness. Fails if anything is wrong. */
    async round(seed, conversations) {
        const ended = this.server.child.ended.then((how) => ({ how }));
        const { how, figures } = await Promise.race([this.play(seed, conversations), ended]);
        if (how) throw new Error(`the server ended with ${how.code ?? how.signal}`);
        return figures;
    }

    async play(seed, conversations) {
        const random = new Random(seed);
        const left = [];
        this.witness.begin();
        const seeds = Array.from({ length: talkers }, () => random.below(2 ** 32));
        await Promise.all(seeds.map((own, n) => this.talk(new Random(own), left, conversations, n === 0)));
        await pause(100);
        for (const socket of left) socket.destroy();
        const figures = await this.witness.check();
        await this.checkLeaks();
        this.checkLog();
        return { figures };
    }

    async talk(random, left, conversations, mayReload) {
        for (let n = 0; n < conversations; ++n) {
            // A stream of its own for each, so that none depends on how long the one before it took.
            const own = new Random(random.below(2 ** 32));
            const target = own.chance(0.7) ? app : other;
            const kind = own.fraction();
            if (mayReload && n % 5 === 4) await this.reload(own);
            if (kind < 0.6) await webSocketConversation(own, this.server.port, target, left);
            else if (kind < 0.8) await restConversation(own, this.server, target, left);
            else await fallbackConversation(own, this.server.port, target, left);
        }
    }

    async checkLeaks() {
        const expected = {
            carillon_connections: 2, carillon_subscriptions: 6, carillon_channels: 3, carillon_inbox_bytes: 0,
        };
        const sums = {};
        await eventually('only the witness is left', async () => {
            for (const name of Object.keys(sums)) sums[name] = 0;
            for (const line of (await metricsOf(this.server)).split('\n')) {
                const [, name, value] = /^(carillon_\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
                if (name) sums[name] = (sums[name] ?? 0) + Number(value);
            }
            sums.descriptors = this.openDescriptors();
            return Object.entries(expected).every(([name, value]) => sums[name] === value)
                && sums.descriptors <= this.descriptors + 4;
        }, { within: 30_000 }).catch((error) => {
            const found = [...Object.keys(expected), 'descriptors'].map((name) => `${name} ${sums[name]}`);
            throw new Error(`${error.message}: ${found.join(', ')}; ${this.descriptors} descriptors before`);
        });
    }

    checkLog() {
        const { stderr } = this.server.child.text;
        assert.doesNotMatch(stderr, /Sanitizer|runtime error|\[(error|critical)\]/i);
    }

    /** It has to end well. */
    async close() {
        this.witness.bob.disconnect();
        this.witness.ann.drop();
        await this.server.stop();
        this.checkLog();
        rmSync(this.folder, { recursive: true });
    }
}
