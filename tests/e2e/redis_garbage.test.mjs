import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { connect, metricsOf, query, rawConnect, sdk, subscribe } from './support/clients.mjs';
import { needsCluster, withCluster } from './support/cluster.mjs';
import { eventually } from './support/inbox.mjs';

// Whoever may write to Redis may write anything. What it costs is the channel that it is about.

const errors = 'carillon_cluster_script_errors_total';
const rejected = 'carillon_cluster_messages_rejected_total';

const sumOf = (metrics, name) => {
    return [...metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))]
        .reduce((sum, [, value]) => sum + Number(value), 0);
};
const metric = async (node, name) => sumOf(await metricsOf(node), name);

/** The one key that ends so. */
async function keyOf({ redis, prefix }, end) {
    const [key, ...others] = await redis.cli('KEYS', `${prefix}:*${end}`);
    assert.deepEqual(others, []);
    return key;
}

/** Lua, since a command line takes no bytes that are no text. */
const evaluate = (cluster, script, ...keys) => cluster.redis.cli('EVAL', script, keys.length, ...keys);

const stillServes = async (node, channel) => {
    const { inbox } = await subscribe(await connect(node), channel);
    await sdk(node).trigger(channel, 'marker', 'here');
    assert.equal((await inbox.next('marker')).data, 'here');
};

describe('garbage from Redis', { skip: needsCluster, timeout: 120_000 }, () => {
    test('a message that is not UTF-8 is not delivered and closes no connection', async () => {
        await withCluster({ count: 1 }, async (cluster) => {
            const [node] = cluster.nodes;
            const fallback = await connect(node, {
                wsHost: '127.0.0.1', wsPort: node.port, httpHost: '127.0.0.1', httpPort: node.port,
                forceTLS: false, cluster: '', enabledTransports: ['xhr_polling'],
            });
            const { inbox } = await subscribe(fallback, 'garbled');
            await sdk(node).trigger('garbled', 'first', '');
            await inbox.next('first');
            const topic = (await keyOf(cluster, 'c:c6:app-idgarbled')).replace('}:c:', '}:t:');
            for (const body of ['\\240', '{"event":"e","channel":"garbled","data":"\\255"}', '{"event"', '']) {
                await evaluate(cluster, `return redis.call('PUBLISH', KEYS[1], '* other - ${body}')`, topic);
            }
            await eventually('all are counted', async () => await metric(node, rejected) === 4);
            await sdk(node).trigger('garbled', 'last', '');
            assert.equal((await inbox.next()).event, 'last');
        });
    });

    test('a cached event that is not JSON is a miss', async () => {
        await withCluster({ count: 1 }, async (cluster) => {
            const [node] = cluster.nodes;
            await sdk(node).trigger('cache-garbled', 'first', '1');
            await cluster.redis.cli('SET', await keyOf(cluster, 'l:c6:app-idcache-garbled'), 'garbage', 'PX', 600000);
            assert.equal((await query(node, '/channels/cache-garbled', { info: 'cache' })).cache, null);
            const client = await rawConnect(node);
            await client.subscribe('cache-garbled');
            await client.inbox.next('pusher:cache_miss');
            await stillServes(node, 'other');
        });
    });

    test('a key of the wrong type affects its channel only, while it exists', async () => {
        await withCluster({ args: ['--shards', '4'], count: 2 }, async (cluster) => {
            const [one, two] = cluster.nodes;
            await sdk(one).trigger('broken', 'first', '');
            const key = await keyOf(cluster, 'c:c6:app-idbroken');
            await cluster.redis.cli('DEL', key);
            await cluster.redis.cli('SET', key, 'garbage');
            // Who is on the same node still hears, and nobody waits for what cannot come.
            const { inbox } = await subscribe(await connect(one), 'broken');
            await sdk(one).trigger('broken', 'second', '');
            await inbox.next('second');
            for (let n = 0; n < 20; ++n) {
                const { inbox: far } = await subscribe(await connect(two), `whole-${n}`);
                await sdk(one).trigger(`whole-${n}`, 'marker', '');
                await far.next('marker');
            }
            for (const node of [one, two]) {
                assert.equal(await metric(node, 'carillon_cluster_detached_shards'), 0);
                assert.equal(await metric(node, 'carillon_cluster_connections_lost_total'), 0);
            }
            assert.ok(await metric(one, errors) > 0);
            assert.match(one.child.text.stderr, /Script \w+ failed on the Redis keys .*: .*WRONGTYPE/);
            await cluster.redis.cli('DEL', key);
            const far = await subscribe(await connect(two), 'broken');
            let heard = false;
            far.bind('third', () => { heard = true; });
            await eventually('the channel is whole again', async () => {
                await sdk(one).trigger('broken', 'third', '');
                return heard;
            }, { within: 40_000 });
        });
    });

    test('a partition whose own key has the wrong type affects its channels only', async () => {
        await withCluster({ args: ['--shards', '2'], count: 1, lease: 2 }, async (cluster) => {
            const [node] = cluster.nodes;
            await sdk(node).trigger('in-it', 'first', '');
            const meta = (await keyOf(cluster, 'c:c6:app-idin-it')).replace(/c:c6:.*/, 'meta');
            await cluster.redis.cli('DEL', meta);
            await cluster.redis.cli('SET', meta, 'garbage');
            await eventually('the partition is tried', async () => await metric(node, errors) > 0);
            const { inbox } = await subscribe(await connect(node), 'in-it');
            await sdk(node).trigger('in-it', 'second', '');
            await inbox.next('second');
            await stillServes(node, 'elsewhere');
            assert.equal(await metric(node, 'carillon_cluster_detached_shards'), 0);
            assert.equal(await metric(node, 'carillon_cluster_connections_lost_total'), 0);
            await cluster.redis.cli('DEL', meta);
            await eventually('all partitions are registered in', async () => {
                return await metric(node, 'carillon_cluster_registered_partitions') === 256;
            });
        });
    });
});
