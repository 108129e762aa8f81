import { execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { eventually } from './inbox.mjs';
import { quietPort } from './ports.mjs';
import { endWithUs } from './server.mjs';

const run = promisify(execFile);

/** Where a busy disk cannot make Redis wait. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const persistence = {
    none: ['--save', '', '--appendonly', 'no'],
    rdb: ['--save', '3600 1', '--appendonly', 'no'],
    aof: ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'],
};

const folders = new Set();
const remove = (path) => rmSync(path, { recursive: true, force: true });
process.on('exit', () => folders.forEach(remove));

/**
 * A real Redis server on a port of its own, which it keeps when it is restarted. `persist`: what it writes
 * to its folder (`none`, `rdb` when it ends well, `aof`). Removed when the process ends.
 */
export class Redis {
    constructor({ persist = 'rdb', args = [] } = {}) {
        Object.assign(this, { persist, args });
        this.folder = mkdtempSync(join(memory, 'carillon-redis-'));
        folders.add(this.folder);
    }

    async start() {
        this.port ??= await quietPort();
        const place = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.folder];
        const quiet = ['--daemonize', 'no', '--loglevel', 'warning', '--logfile', 'redis.log'];
        this.child = spawn('redis-server', [...place, ...quiet, ...persistence[this.persist], ...this.args],
            { stdio: 'ignore' });
        this.ended = new Promise((resolve) => this.child.on('exit', resolve).on('error', resolve));
        endWithUs(this.child);
        await eventually('Redis answers', async () => {
            if (this.child.exitCode !== null) throw new Error(`redis-server ended; see ${this.folder}`);
            return await this.cli('PING').catch(() => null) === 'PONG';
        });
        return this;
    }

    get url() {
        return `redis://127.0.0.1:${this.port}/0`;
    }

    /** The answer to a command; an error reply is thrown. A paused Redis answers once it is resumed. */
    async cli(...command) {
        const args = ['-h', '127.0.0.1', '-p', String(this.port), '--json', '-e'];
        const asked = run('redis-cli', [...args, ...command.map(String)], { timeout: 60_000 });
        const { stdout } = await asked.catch((error) => {
            throw new Error(`${command.join(' ')}: ${error.stderr || error.stdout || error}`);
        });
        // What Redis calls verbatim text, such as INFO, comes as it is.
        return /^(["\[{\d-]|null|true|false)/.test(stdout) ? JSON.parse(stdout) : stdout;
    }

    /** Keeps what it holds now, for restart({ keep: 'older' }). */
    async snapshot() {
        await this.cli('SAVE');
        copyFileSync(this.#file('dump.rdb'), this.#file('older.rdb'));
    }

    /** Ends as an operator would end it: everything is on disk, where its persistence allows. */
    async shutdown() {
        if (this.child.exitCode !== null || this.child.signalCode !== null) return;
        this.resume();
        this.child.kill('SIGTERM');
        const giveUp = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
        await this.ended;
        clearTimeout(giveUp);
        if (this.child.signalCode) throw new Error('Redis did not end by itself');
    }

    /**
     * Comes back after `whileDown()`. `keep`: 'data' (all of it), 'crash' (what it had written when it was killed),
     * 'older' (what the last snapshot() holds) or 'nothing'.
     */
    async restart({ keep = 'data', whileDown = () => {} } = {}) {
        await (keep === 'data' ? this.shutdown() : this.kill());
        await whileDown();
        if (keep === 'older' || keep === 'nothing') {
            for (const name of ['dump.rdb', 'appendonlydir']) {
                remove(this.#file(name));
            }
        }
        if (keep === 'older') await this.#startFromSnapshot();
        else await this.start();
    }

    async kill() {
        this.child.kill('SIGKILL');
        await this.ended;
    }

    /** Takes connections, and commands, and answers none of them. */
    pause() {
        this.child.kill('SIGSTOP');
    }

    resume() {
        this.child.kill('SIGCONT');
    }

    async stop() {
        await this.kill();
        remove(this.folder);
        folders.delete(this.folder);
    }

    async #startFromSnapshot() {
        if (!existsSync(this.#file('older.rdb'))) throw new Error('there is no snapshot()');
        copyFileSync(this.#file('older.rdb'), this.#file('dump.rdb'));
        // With an append-only file switched on it would not look at the other.
        const { persist } = this;
        this.persist = 'rdb';
        await this.start();
        this.persist = persist;
        if (persist !== 'aof') return;
        await this.cli('CONFIG', 'SET', 'appendonly', 'yes');
        // Until it is written Redis refuses to end.
        await eventually('the append-only file is written', async () => {
            const said = await this.cli('INFO', 'persistence');
            return /aof_rewrite_in_progress:0/.test(said) && /aof_rewrite_scheduled:0/.test(said);
        });
    }

    #file(name) {
        return join(this.folder, name);
    }
}
