import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A free port below those that the system hands out to clients: otherwise a client that keeps
 * trying a port where nobody listens may one day be given this very port and connect to itself.
 */
export async function quietPort() {
    for (;;) {
        const port = 20_000 + Math.floor(Math.random() * 10_000);
        const probe = createServer().listen(port, '127.0.0.1');
        const free = await once(probe, 'listening').then(() => true, () => false);
        if (!free) continue;
        probe.close();
        await once(probe, 'close');
        return port;
    }
}
