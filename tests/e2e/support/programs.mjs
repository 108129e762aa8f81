import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { eventually } from './inbox.mjs';
import { quietPort } from './ports.mjs';
import { endWithUs } from './server.mjs';

const accepts = (port) => new Promise((resolve) => {
    const probe = createConnection(port, '127.0.0.1');
    probe.on('connect', () => resolve(true)).on('error', () => resolve(false));
    probe.on('connect', () => probe.destroy());
});

/** A real program beside a server, with a configuration that a test writes. */
class Program {
    constructor(program, args) {
        Object.assign(this, { program, args });
        this.folder = mkdtempSync(join(tmpdir(), 'carillon-proxy-'));
        this.file = join(this.folder, 'configuration');
    }

    /** `text(port)`: the configuration. Comes back when it listens there. */
    async start(text) {
        this.port = await quietPort();
        writeFileSync(this.file, text(this.port));
        this.child = spawn(this.program, this.args(this), { stdio: ['ignore', 'ignore', 'pipe'] });
        let said = '';
        this.child.stderr.on('data', (part) => (said += part));
        this.ended = new Promise((resolve) => this.child.on('exit', resolve).on('error', resolve));
        endWithUs(this.child);
        await eventually(`${this.program} listens: ${said}`, () => accepts(this.port));
        return this;
    }

    async stop() {
        this.child.kill('SIGTERM');
        const giveUp = setTimeout(() => this.child.kill('SIGKILL'), 3000);
        await this.ended;
        clearTimeout(giveUp);
        rmSync(this.folder, { recursive: true, force: true });
    }
}

/** `http(port)`: what is in the http block. */
export function startNginx(http) {
    const proxy = new Program('nginx', ({ folder, file }) => ['-p', folder, '-c', file, '-e', 'stderr']);
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${proxy.folder}/${name};`).join('\n');
    return proxy.start((port) => `
        daemon off; worker_processes 1; error_log stderr; pid ${proxy.folder}/pid;
        events {}
        http { access_log off; ${folders}
        ${http(port)}
        }`);
}

export function startHaproxy(text) {
    return new Program('haproxy', ({ file }) => ['-db', '-q', '-f', file]).start(text);
}

/** `text(port)`: its configuration. Keeps what it scrapes in its folder, which goes with it. */
export function startPrometheus(text) {
    const args = ({ folder, file, port }) => [
        `--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`,
    ];
    return new Program('prometheus', args).start(text);
}
