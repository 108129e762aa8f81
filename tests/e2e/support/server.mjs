import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const app = { id: 'app-id', key: 'app-key', secret: 'app-secret' };

export const binary =
    process.env.CARILLON_BINARY ??
    fileURLToPath(new URL('../../../build/release/bin/carillon', import.meta.url));

/** The environment without anything that the server would take for a setting. */
function environment(added = {}) {
    const settings = /^(CARILLON|PUSHER|SOKETI|REVERB|SOCKUDO)_|^NOTIFY_SOCKET$/;
    const kept = Object.entries(process.env).filter(([name]) => !settings.test(name));
    return { ...Object.fromEntries(kept), ...added };
}

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(1));

/** Kills the child when this process ends before it. */
export function endWithUs(child) {
    running.add(child);
    child.on('exit', () => running.delete(child)).on('error', () => running.delete(child));
}

/**
 * Starts the binary. `text` is what it has written, `ended` how it ends; nothing runs for ever. `stderr`: a
 * descriptor that it logs to instead. `files`: how many it may open.
 */
export function launch(args, { env, within = 180_000, stderr = 'pipe', files } = {}) {
    const limits = { timeout: within, killSignal: 'SIGKILL' };
    const command = files ? ['sh', '-c', `ulimit -n ${files} && exec "$0" "$@"`, binary] : [binary];
    const child = spawn(command[0], [...command.slice(1), ...args], {
        env: environment(env), stdio: ['ignore', 'pipe', stderr], ...limits,
    });
    running.add(child);
    child.text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
        child[stream]?.setEncoding('utf8').on('data', (text) => (child.text[stream] += text));
    }
    child.ended = new Promise((resolve) => {
        child.on('error', (error) => resolve({ code: null, error }));
        child.on('close', (code, signal) => resolve({ code, signal }));
    }).finally(() => running.delete(child));
    return child;
}

/** Runs a command of the binary to its end. */
export async function run(args) {
    const child = launch(args, { within: 30_000 });
    const { code, error } = await child.ended;
    if (error) throw error;
    return { code, ...child.text };
}

/** The real server, as a process of its own on a port of its own. */
export class Server {
    constructor(args = []) {
        this.args = args;
    }

    async start({ port = 0, within, files, env: more } = {}) {
        const address = ['--host', '127.0.0.1', '--port', String(port), '--admin.port', '0'];
        const env = { CARILLON_SHUTDOWN_GRACE_SECONDS: '4', ...more };
        this.child = launch(['serve', ...address, ...this.args], { env, within, files });
        const line = /listening on 127\.0\.0\.1:(\d+)/;
        const giveUp = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
        while (!line.test(this.child.text.stderr)) {
            const ended = await Promise.race([this.child.ended, once(this.child.stderr, 'data')]);
            if (!Array.isArray(ended)) {
                clearTimeout(giveUp);
                throw new Error(`it did not start: ${ended.error ?? this.child.text.stderr}`);
            }
        }
        clearTimeout(giveUp);
        this.port = Number(line.exec(this.child.text.stderr)[1]);
        return this;
    }

    /** This and, where there are others, those that share its Redis. */
    get nodes() {
        return [this];
    }

    /** A node, for what has to stay on one. */
    get one() {
        return this;
    }

    /** Of the admin listener. */
    get adminPort() {
        return Number(/admin on 127\.0\.0\.1:(\d+)/.exec(this.child.text.stderr)[1]);
    }

    get url() {
        return `http://127.0.0.1:${this.port}`;
    }

    /** Stops it as an operator would: it has to end by itself, well. */
    async stop() {
        this.child.kill('SIGTERM');
        const giveUp = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
        const { code, signal } = await this.child.ended;
        clearTimeout(giveUp);
        const said = this.child.text.stderr.slice(-4000);
        assert.ok(code === 0, `it ended with ${code ?? signal} and had said: ${said}`);
    }

    async kill() {
        this.child.kill('SIGKILL');
        await this.child.ended;
    }
}
