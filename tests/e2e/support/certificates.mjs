import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A private certificate authority and a certificate of localhost that it signed, made afresh.
 * `renew` replaces the certificate, as an operator would. Removed when the process ends.
 */
export class Certificates {
    constructor() {
        this.folder = mkdtempSync(join(tmpdir(), 'carillon-tls-'));
        process.on('exit', () => rmSync(this.folder, { recursive: true, force: true }));
        writeFileSync(this.file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1');
        const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
        this.openssl('req', '-x509', ...key, '-subj', '/CN=Carillon test CA',
            '-keyout', this.file('ca.key'), '-out', this.file('ca.pem'));
        this.openssl('req', ...key.slice(0, 5), '-subj', '/CN=localhost',
            '-keyout', this.file('key.pem'), '-out', this.file('request.pem'));
        this.renew(1);
    }

    renew(serial) {
        this.openssl('x509', '-req', '-in', this.file('request.pem'), '-CA', this.file('ca.pem'),
            '-CAkey', this.file('ca.key'), '-days', '2', '-set_serial', String(serial),
            '-extfile', this.file('names'), '-out', this.file('cert.pem'));
    }

    openssl(...args) {
        execFileSync('openssl', args, { stdio: 'pipe' });
    }

    file(name) {
        return join(this.folder, name);
    }

    /** For the server's `listen`. */
    get listener() {
        return {
            tls_certificate_file: this.file('cert.pem'), tls_key_file: this.file('key.pem'),
        };
    }

    pem(name) {
        return readFileSync(this.file(name));
    }

    get ca() {
        return this.pem('ca.pem');
    }
}
