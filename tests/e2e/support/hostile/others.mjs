// Those who must not notice: node others.mjs PORT. Subscribers of `others` and members of `presence-others`, and a
// backend that publishes 50 events a second to each. On a message { begin: true } it counts anew, on { report: true }
// it answers with the latencies in ms (publish to delivery), and with how many were evicted.
import { rawConnect, sdk } from '../clients.mjs';

const server = { port: Number(process.argv[2]) };
const count = 25;
const state = { latencies: [], evicted: 0, missing: 0 };
const clients = await Promise.all(Array.from({ length: count }, () => rawConnect(server)));
for (const [n, client] of clients.entries()) {
    await client.enter('others');
    await client.enter('presence-others', { user_id: `u${n}` });
    client.socket.removeAllListeners('message');
    client.socket.on('close', () => ++state.evicted);
    client.socket.on('message', (bytes) => {
        const now = performance.now();
        const found = /measured.*?at=([\d.]+)=/.exec(bytes.toString());
        if (found) state.latencies.push(now - Number(found[1]));
    });
}

const backend = sdk(server);
const publish = (channel) => {
    return backend.trigger(channel, 'measured', `at=${performance.now()}=`).catch(() => ++state.missing);
};
setInterval(() => {
    void publish('others');
    void publish('presence-others');
}, 20);

process.on('message', ({ begin, report }) => {
    if (begin) Object.assign(state, { latencies: [], missing: 0 });
    if (report) process.send(state);
});
process.send({ ready: true });
