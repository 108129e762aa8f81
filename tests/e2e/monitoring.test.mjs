import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { RawClient, rawConnect, sdk } from './support/clients.mjs';
import { needsCluster, withCluster } from './support/cluster.mjs';
import { eventually } from './support/inbox.mjs';
import { startPrometheus } from './support/programs.mjs';
import { app } from './support/server.mjs';
import { withReceiver } from './support/webhook_receiver.mjs';

const folder = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const alerts = folder('config/prometheus/alerts.yaml');
const dashboard = JSON.parse(readFileSync(folder('config/grafana/carillon.json'), 'utf8'));
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

/** What Grafana asks Prometheus for, with all nodes chosen. */
const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({
    title, query: expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '10s'),
})));

/** Everything that a panel shows happens, again and again until `isOver`. */
async function live(cluster, isOver) {
    const [first, second] = cluster.nodes;
    const listener = await rawConnect(first);
    await listener.subscribe('news');
    const talker = await rawConnect(second);
    await talker.enter('private-talk');
    while (!isOver()) {
        await sdk(second).trigger('news', 'headline', 'x');
        talker.send({ event: 'client-word', channel: 'private-talk', data: {} });
        const guest = await rawConnect(first);
        await guest.enter('presence-hall', { user_id: 'guest' });
        guest.drop();
        const stranger = new RawClient(first, '/app/unknown?protocol=7');
        await stranger.inbox.until('close');
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

describe('alerts and the dashboard', { timeout: 120_000 }, () => {
    test('promtool accepts the alerts, and each fires for what it is meant for', () => {
        execFileSync('promtool', ['check', 'rules', alerts]);
        execFileSync('promtool', ['test', 'rules', 'alerts_test.yaml'], { cwd: folder('config/prometheus') });
    });

    test('they name metrics that there are', () => {
        const documented = readFileSync(folder('docs/metrics.md'), 'utf8');
        const known = new Set(documented.match(/carillon_\w+/g));
        const texts = [readFileSync(alerts, 'utf8'), ...queries.map(({ query }) => query)];
        const named = new Set(texts.join('\n').match(/carillon_\w+/g));
        const unknown = [...named].filter((name) => !known.has(name.replace(/_(bucket|count|sum)$/, '')));
        assert.ok(named.size > 20);
        assert.deepEqual(unknown, []);
    });

    test('every query of the dashboard returns series of a loaded cluster', { skip: needsCluster }, async () => {
        await withReceiver(async (receiver) => {
            const webhooks = [{ url: receiver.url, events: ['channel_occupied', 'channel_vacated'] }];
            const args = ['--apps', JSON.stringify([{ ...app, client_events: true, webhooks }])];
            await withCluster({ args, count: 2 }, async (cluster) => {
                const targets = cluster.nodes.map(({ adminPort }) => `127.0.0.1:${adminPort}`);
                const prometheus = await startPrometheus(() => JSON.stringify({
                    global: { scrape_interval: '1s' },
                    rule_files: [alerts],
                    scrape_configs: [{ job_name: 'carillon', static_configs: [{ targets }] }],
                }));
                let isOver = false;
                const load = live(cluster, () => isOver);
                try {
                    const url = `http://127.0.0.1:${prometheus.port}/api/v1`;
                    const series = async (query) => {
                        const answer = await (await fetch(`${url}/query?query=${encodeURIComponent(query)}`)).json();
                        assert.equal(answer.status, 'success', `${query}: ${answer.error}`);
                        return answer.data.result.filter(({ value }) => value[1] !== 'NaN');
                    };
                    for (const { title, query } of queries) {
                        const hasSeries = async () => (await series(query)).length > 0;
                        await eventually(`${title}: ${query}`, hasSeries, { within: 60_000 });
                    }
                    const { data } = await (await fetch(`${url}/rules`)).json();
                    const unhealthy = data.groups.flatMap(({ rules }) => rules).filter(({ health }) => health === 'err');
                    assert.deepEqual(unhealthy, []);
                } finally {
                    isOver = true;
                    await load;
                    await prometheus.stop();
                }
            });
        });
    });
});
