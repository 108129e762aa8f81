/**
 * How long a client event takes to a healthy webhook endpoint, while another endpoint of the app is
 * healthy, too, and while it is dead: a pair a round. Run by hand:
 *   node tests/bench/webhooks/delay.mjs [ROUNDS]
 */
import { disconnectAll, rawConnect } from '../../e2e/support/clients.mjs';
import { app, Server } from '../../e2e/support/server.mjs';
import { WebhookReceiver } from '../../e2e/support/webhook_receiver.mjs';

const events = 1000;
const pause = () => new Promise((resolve) => setTimeout(resolve, 2));
const hang = () => {};

async function delays(answerOfOther) {
    const [healthy, other] = [await new WebhookReceiver().start(), await new WebhookReceiver().start()];
    if (answerOfOther) other.answer = answerOfOther;
    const arrived = [];
    healthy.answer = (request, response) => {
        for (const { data } of request.events) arrived.push(performance.now() - Number(data));
        response.end();
    };
    const webhooks = [healthy, other].map(({ url }) => ({
        url, events: ['client_event'], batch_delay_ms: 0, timeout_seconds: 1,
    }));
    const apps = [{ ...app, limits: { max_client_events_per_second: 0 }, webhooks }];
    const server = await new Server(['--shards', '1', '--apps', JSON.stringify(apps)]).start();
    const client = await rawConnect(server);
    for (let i = 0; i < 20; ++i) await client.enter(`private-${i}`);
    for (let n = 0; n < events; ++n) {
        const data = String(performance.now());
        client.send({ event: 'client-e', channel: `private-${n % 20}`, data });
        await pause();
    }
    while (arrived.length < events) await pause();
    disconnectAll();
    await server.kill();
    healthy.close();
    other.close();
    arrived.sort((a, b) => a - b);
    return { median: arrived[events / 2], p99: arrived[events * 0.99] };
}

for (let round = 0; round < Number(process.argv[2] ?? 5); ++round) {
    const alive = await delays();
    const dead = await delays(hang);
    const ms = ({ median, p99 }) => `median ${median.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
    const ratio = (dead.median / alive.median).toFixed(2);
    console.log(`other alive: ${ms(alive)}; other dead: ${ms(dead)}; ratio of medians ${ratio}`);
}
process.exit();
