import { faultsOf, publishesOf, subscriptionsOf } from './history.mjs';

/**
 * What must be true of every history. Each check takes the facts of one and returns what is wrong, as
 * { check, text, about }; `about` names the channel, and users, connections, events that matter.
 */

export const defaults = {
    /** Milliseconds after a fault until a node is connected to Redis again and has caught up. */
    recovery: 3_000,
    /** Milliseconds after a fault until comings and goings are told again, as what has changed by then. */
    silence: 5_000,
    /** Milliseconds in which an event is everywhere while nothing is wrong. */
    spread: 1_000,
    /** Milliseconds for which publishers keep what they have published, should Redis forget it. */
    reoffer: 15_000,
    /** Whether there are webhooks at all. */
    webhooks: false,
    /** Milliseconds by which webhooks of different nodes may overtake each other. */
    overtaking: 2_000,
    /** Faults that may lose a webhook which has been decided: it waits in the memory of the node that decided. */
    losesWebhooks: ['kill'],
};

/** What Redis has forgotten after it may come again. */
const forgets = ({ what }) => ['redis older', 'redis nothing', 'redis crash'].includes(what);

export function factsOf(entries, options = {}) {
    return {
        entries, options: { ...defaults, ...options }, publishes: publishesOf(entries),
        subscriptions: subscriptionsOf(entries), faults: faultsOf(entries),
    };
}

const isRedis = ({ what }) => what.startsWith('redis');
const separates = ({ what }) => isRedis({ what }) || what === 'cut' || what === 'black hole';
const meets = ({ from, to }, begin, end) => from <= end && to >= begin;
const keyOf = ({ publisher, n }) => `${publisher}:${n}`;
const isPresence = (channel) => channel.startsWith('presence-');

/** By key, lists of what has it. */
function grouped(list, keyOf) {
    const groups = new Map();
    for (const item of list) {
        const key = keyOf(item);
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(item);
    }
    return groups;
}

/** What came on each connection and channel, over all of its subscriptions there, as far as it `counts`. */
function streamsOf({ subscriptions }, counts = () => true) {
    const groups = grouped(subscriptions, ({ connection, channel }) => `${connection} ${channel}`);
    return [...groups.values()].map((parts) => {
        return { ...parts[0], came: parts.flatMap((part) => part.came.filter((entry) => counts(entry, part))) };
    });
}

/** Who published an event, in one word: client events count for themselves. */
const sourceOf = ({ kind, publisher, sender }) => (kind === 'got' ? publisher : `client ${sender}`);

/** A publisher's events come in its order, always. */
export function publisherOrder(facts) {
    const wrong = [];
    for (const { connection, channel, came } of streamsOf(facts)) {
        const last = new Map();
        for (const entry of came) {
            if (entry.kind !== 'got' && entry.kind !== 'heard') continue;
            const source = sourceOf(entry);
            const before = last.get(source) ?? -1;
            if (entry.n < before) {
                wrong.push({
                    check: 'publisher order', text: `${connection} got ${entry.n} of ${source} after ${before}`,
                    about: { channel, connections: [connection], source, n: [before, entry.n] },
                });
            }
            last.set(source, Math.max(before, entry.n));
        }
    }
    return wrong;
}

/** Nothing comes twice to one connection. */
export function nothingDoubled(facts) {
    const wrong = [];
    for (const { connection, channel, came } of streamsOf(facts)) {
        const seen = new Set();
        for (const entry of came) {
            if (entry.kind !== 'got' && entry.kind !== 'heard') continue;
            const source = sourceOf(entry);
            const key = `${source}:${entry.n}`;
            if (seen.has(key)) {
                wrong.push({
                    check: 'nothing doubled', text: `${connection} got ${entry.n} of ${source} twice`,
                    about: { channel, connections: [connection], source, n: [entry.n] },
                });
            }
            seen.add(key);
        }
    }
    return wrong;
}

/**
 * An event is calm if from its publish until it was everywhere neither Redis nor its own node had a fault
 * that keeps them apart, counted until they had recovered. Only the order of these is promised.
 */
export function isCalm({ faults, options }, { node, at, answered, status }) {
    if (status !== 200) return false;
    return !faults.some((fault) => {
        return (isRedis(fault) || fault.node === node)
            && meets(fault, at - options.recovery, answered + options.spread);
    });
}

/** Whether an event was everywhere, the node included, before a subscription was asked for there. */
function isOld({ faults, options }, publish, { asked, node }) {
    return publish.answered + options.spread < asked && !faults.some((fault) => {
        return (isRedis(fault) || fault.node === node) && meets(fault, asked - options.recovery, asked);
    });
}

/** A subscription begins with what is published after it, unless Redis forgot an event that was kept for it. */
export function nothingOld(facts) {
    const { publishes, subscriptions, faults, options } = facts;
    const wrong = [];
    for (const subscription of subscriptions) {
        const { connection, channel, node, came } = subscription;
        for (const entry of came) {
            const publish = entry.kind === 'got' ? publishes.get(keyOf(entry)) : undefined;
            if (!publish || !isOld(facts, publish, subscription) || !isCalm(facts, publish)) continue;
            const { answered, publisher, n } = publish;
            if (faults.some((fault) => forgets(fault) && meets(fault, answered, answered + options.reoffer))) continue;
            wrong.push({
                check: 'nothing old', text: `${connection} on ${node} got ${n} of ${publisher}, from before it subscribed`,
                about: { channel, connections: [connection], source: publisher, n: [n] },
            });
        }
    }
    return wrong;
}

/** All connections of a channel see the calm events in one order, from when they have subscribed. */
export function oneOrder(facts) {
    const calm = new Map();
    for (const publish of facts.publishes.values()) calm.set(publish.key, isCalm(facts, publish));
    const counts = (entry, subscription) => entry.kind === 'got' && calm.get(keyOf(entry))
        && facts.publishes.get(keyOf(entry)).at > subscription.asked;
    const wrong = [];
    for (const [channel, streams] of grouped(streamsOf(facts, counts), ({ channel }) => channel)) {
        const after = new Map();
        for (const { connection, came } of streams) {
            let before = null;
            for (const entry of came) {
                const key = keyOf(entry);
                if (!after.has(key)) after.set(key, new Map());
                if (before !== null && before !== key) {
                    const edges = after.get(before);
                    if (!edges.has(key)) edges.set(key, connection);
                }
                before = key;
            }
        }
        const cycle = shortestCycle(after);
        if (cycle) {
            const said = cycle.map(({ from, to, by }) => `${by} got ${from} before ${to}`);
            wrong.push({
                check: 'one order', text: said.join(', '),
                about: {
                    channel, connections: cycle.map(({ by }) => by), events: cycle.map(({ from }) => from),
                },
            });
        }
    }
    return wrong;
}

/** A shortest cycle among some that there are, as a list of edges; `after`: key → key → by whom. */
function shortestCycle(after) {
    const before = new Map([...after.keys()].map((key) => [key, 0]));
    for (const edges of after.values()) for (const to of edges.keys()) before.set(to, before.get(to) + 1);
    const free = [...before.keys()].filter((key) => before.get(key) === 0);
    for (let key; (key = free.pop()) !== undefined;) {
        before.delete(key);
        for (const to of after.get(key).keys()) {
            before.set(to, before.get(to) - 1);
            if (before.get(to) === 0) free.push(to);
        }
    }
    let best = null;
    // What is left is in a cycle, or behind one.
    for (const start of [...before.keys()].slice(0, 200)) {
        const cycle = cycleFrom(start, after);
        if (cycle && (best === null || cycle.length < best.length)) best = cycle;
    }
    return best;
}

function cycleFrom(start, after) {
    const cameFrom = new Map();
    const queue = [start];
    for (const key of queue) {
        for (const [to, by] of after.get(key)) {
            if (cameFrom.has(to)) continue;
            cameFrom.set(to, { from: key, to, by });
            if (to !== start) queue.push(to);
        }
    }
    if (!cameFrom.has(start)) return null;
    const cycle = [cameFrom.get(start)];
    while (cycle[0].from !== start) cycle.unshift(cameFrom.get(cycle[0].from));
    return cycle;
}

/**
 * Whatever was accepted came to who was subscribed from before its publish until the end, or until a later
 * event of the same publisher came. Not promised, and so not asked for:
 * - an event that a node accepted while it was kept apart from Redis, if the node then ended before it had
 *   recovered: it had nobody to give it to;
 * - an event on a subscription that began while its node was kept apart from Redis, until that has
 *   recovered: only then does the subscription have a place in the order.
 */
export function nothingLost(facts) {
    const { publishes, subscriptions, faults, options } = facts;
    const apart = (node) => faults.filter((fault) => separates(fault) && (isRedis(fault) || fault.node === node));
    const accepted = [...publishes.values()].filter((publish) => {
        return publish.status === 200 && !diedWithIt(publish);
    });
    function diedWithIt({ node, at, answered }) {
        const ends = faults.filter(({ what, node: of }) => of === node && (what === 'kill' || what === 'stop'));
        return ends.some(({ from: end }) => end >= at && apart(node).some((fault) => {
            return meets(fault, at - options.recovery, answered) && end <= fault.to + options.recovery;
        }));
    }
    const perChannel = grouped(accepted, ({ channel }) => channel);
    const wrong = [];
    for (const { connection, channel, node, from, to, came } of subscriptions) {
        const during = apart(node).filter((fault) => meets(fault, from - options.recovery, from));
        const began = Math.max(from, ...during.map((fault) => fault.to + options.recovery));
        const got = new Set();
        const latest = new Map();
        for (const entry of came) {
            if (entry.kind !== 'got') continue;
            got.add(keyOf(entry));
            latest.set(entry.publisher, Math.max(entry.n, latest.get(entry.publisher) ?? -1));
        }
        for (const { key, publisher, n, at } of perChannel.get(channel) ?? []) {
            const due = to === Infinity || n < (latest.get(publisher) ?? -1);
            if (at <= began || !due || got.has(key)) continue;
            wrong.push({
                check: 'nothing lost', text: `${connection} on ${node} never got ${n} of ${publisher}`,
                about: { channel, connections: [connection], source: publisher, n: [n] },
            });
        }
    }
    return wrong;
}

/**
 * A client event comes to who was subscribed before it was sent and has heard a later one of its sender, if
 * Redis and the two nodes were well. Nothing is promised of the others. It never comes back to who sent it.
 */
export function clientEvents({ entries, subscriptions, faults, options }) {
    const wrong = [];
    const nodes = new Map();
    for (const { kind, connection, node } of entries) if (kind === 'open') nodes.set(connection, node);
    const saidOn = grouped(entries.filter(({ kind }) => kind === 'say'), ({ channel }) => channel);
    const isWell = (at, ...pair) => !faults.some((fault) => {
        return (isRedis(fault) || pair.includes(fault.node)) && meets(fault, at - options.recovery, at + options.spread);
    });
    for (const { connection, channel, node, from, came } of subscriptions) {
        const latest = new Map();
        const got = new Set();
        for (const { kind, sender, n } of came) {
            if (kind !== 'heard') continue;
            got.add(`${sender}:${n}`);
            latest.set(sender, Math.max(n, latest.get(sender) ?? -1));
            if (sender !== connection) continue;
            wrong.push({
                check: 'client events', text: `${connection} heard its own ${n}`,
                about: { channel, connections: [connection], source: `client ${sender}`, n: [n] },
            });
        }
        for (const { at, connection: sender, n } of saidOn.get(channel) ?? []) {
            if (at <= from || n >= (latest.get(sender) ?? -1) || got.has(`${sender}:${n}`)) continue;
            if (!isWell(at, node, nodes.get(sender))) continue;
            wrong.push({
                check: 'client events', text: `${connection} never heard ${n} of ${sender}`,
                about: { channel, connections: [connection, sender], source: `client ${sender}`, n: [n] },
            });
        }
    }
    return wrong;
}

/** What is refused is seen by nobody; nothing is answered but 200, 503, or not at all. */
export function refusals({ publishes, entries }) {
    const wrong = [];
    for (const { key, status, channel, publisher, n } of publishes.values()) {
        if ([0, 200, 503].includes(status)) continue;
        wrong.push({
            check: 'refusals', text: `${key} was answered with ${status}`,
            about: { channel, source: publisher, n: [n], connections: [] },
        });
    }
    for (const { kind, connection, channel, publisher, n } of entries) {
        if (kind !== 'got' || publishes.get(`${publisher}:${n}`)?.status !== 503) continue;
        wrong.push({
            check: 'refusals', text: `${connection} got ${n} of ${publisher}, which was refused`,
            about: { channel, connections: [connection], source: publisher, n: [n] },
        });
    }
    return wrong;
}

/** No client is told of an error: none has done anything wrong. */
export function errors({ entries }) {
    return entries.filter(({ kind }) => kind === 'error').map(({ connection, code, text }) => {
        return { check: 'errors', text: `${connection}: ${code} ${text}`, about: { connections: [connection] } };
    });
}

/**
 * On each connection members come and go in turn, from the list that its subscription began with, and the
 * connection's own user never does.
 */
export function membersAlternate({ subscriptions }) {
    const wrong = [];
    for (const { connection, channel, user, members, came } of subscriptions) {
        if (!isPresence(channel)) continue;
        const tell = (text, of) => wrong.push({
            check: 'members alternate', text: `${connection} ${text}`,
            about: { channel, connections: [connection], users: [of] },
        });
        const there = new Set(members);
        if (!there.has(user)) tell(`of ${user} is not in its own list`, user);
        for (const { kind, user: of } of came) {
            if (kind !== 'added' && kind !== 'removed') continue;
            if (of === user) tell(`of ${user} was told that ${user} was ${kind}`, of);
            else if (there.has(of) === (kind === 'added')) tell(`was told that ${of} was ${kind}, again`, of);
            if (kind === 'added') there.add(of);
            else there.delete(of);
        }
    }
    return wrong;
}

/** Who is subscribed in the end, by channel: users and how many subscriptions. */
export function truthOf(subscriptions) {
    const truth = new Map();
    for (const { channel, user, to } of subscriptions) {
        if (!truth.has(channel)) truth.set(channel, { users: new Set(), subscriptions: 0 });
        if (to !== Infinity) continue;
        truth.get(channel).users.add(user);
        ++truth.get(channel).subscriptions;
    }
    return truth;
}

const listOf = (users) => [...users].sort().join(' ');

/** How two lists differ, in a few words. */
function difference(said, true_) {
    const [have, want] = [new Set(said), new Set(true_)];
    const more = [...have].filter((user) => !want.has(user));
    const less = [...want].filter((user) => !have.has(user));
    return { text: `+[${more.join(' ')}] -[${less.join(' ')}]`, users: [...more, ...less] };
}

/** In the end REST on every node, and every connection, know exactly who is there. */
export function endState({ entries, subscriptions }) {
    const truth = truthOf(subscriptions);
    const wrong = [];
    const compare = (who, channel, said, connections = []) => {
        const { users } = truth.get(channel) ?? { users: new Set() };
        if (listOf(said) === listOf(users)) return;
        const { text, users: about } = difference(said, users);
        wrong.push({
            check: 'end state', text: `${who} has other members on ${channel}: ${text}`,
            about: { channel, connections, users: about },
        });
    };
    for (const { kind, node, channel, occupied, subscriptions: count, count: members, users } of entries) {
        if (kind !== 'asked') continue;
        const expected = truth.get(channel)?.subscriptions ?? 0;
        const tell = (text) => wrong.push({
            check: 'end state', text: `${node} counts ${text}`, about: { channel, connections: [] },
        });
        if (count !== expected || occupied !== (expected > 0)) {
            tell(`${count} on ${channel} (occupied: ${occupied}), there are ${expected}`);
        }
        if (!isPresence(channel)) continue;
        const distinct = truth.get(channel)?.users.size ?? 0;
        if (members !== distinct) tell(`${members} members on ${channel}, there are ${distinct}`);
        compare(node, channel, users);
    }
    for (const { connection, node, channel, members, to, came } of subscriptions) {
        if (!isPresence(channel) || to !== Infinity) continue;
        const there = new Set(members);
        for (const { kind, user } of came) {
            if (kind === 'added') there.add(user);
            if (kind === 'removed') there.delete(user);
        }
        compare(`${connection} on ${node}`, channel, there, [connection]);
    }
    return wrong;
}

const transitions = {
    channel_occupied: 1, channel_vacated: -1, member_added: 1, member_removed: -1,
};

/**
 * Of each channel, and of each user on it, webhooks tell of coming and going in turn: each was decided
 * once. They come from several nodes, so they are looked at when none has come for a while, and not while a
 * node that may have some to tell is frozen. After a fault that may lose or repeat one the count begins anew.
 */
export function webhooksAlternate({ entries, subscriptions, faults, options }) {
    const truth = truthOf(subscriptions);
    const told = entries.filter(({ kind, name }) => kind === 'webhook' && name in transitions);
    const forgiving = faults.filter(({ what }) => {
        return options.losesWebhooks.includes(what) || forgets({ what });
    });
    const wrong = [];
    const slow = faults.filter(({ what }) => what === 'freeze');
    const groups = grouped(told, ({ name, channel, user }) => {
        return name.startsWith('member') ? `${channel} ${user}` : channel;
    });
    for (const list of groups.values()) {
        const { channel, user } = list[0];
        const who = `${user ?? 'the channel'} ${channel}`;
        const tell = (text) => wrong.push({
            check: 'webhooks', text: `webhooks of ${who} ${text}`,
            about: { channel, connections: [], users: user ? [user] : [] },
        });
        const { users, subscriptions: count } = truth.get(channel) ?? { users: new Set(), subscriptions: 0 };
        const expected = Number(user ? users.has(user) : count > 0);
        // What the count may be: 1 is there, 0 is not. Not one number when a fault makes it uncertain.
        let counts = [0];
        let burst = new Set();
        let sure = -Infinity;
        list.forEach(({ at, name }, i) => {
            const step = transitions[name];
            counts = counts.map((there) => there + step);
            burst.add(step);
            if ((list[i + 1]?.at ?? Infinity) - at < options.overtaking) return;
            if (slow.some((fault) => meets(fault, at, at + options.overtaking))) return;
            const possible = counts.filter((there) => there === 0 || there === 1);
            const forgiven = forgiving.some((fault) => meets(fault, sure, at));
            if (possible.length === 0 && !forgiven) tell(`come to ${counts} at ${name}`);
            const implied = burst.size > 1 ? [0, 1] : [step === 1 ? 1 : 0];
            counts = forgiven || possible.length === 0 ? implied : possible;
            burst = new Set();
            sure = at;
        });
        if (!counts.includes(expected) && !forgiving.some((fault) => meets(fault, sure, Infinity))) {
            tell(`end with ${counts}, it should be ${expected}`);
        }
    }
    return wrong;
}

/**
 * Whoever came has been announced by a webhook, unless a fault may have lost it, or they went again before
 * Redis could hear of them.
 */
export function webhooksComplete({ entries, subscriptions, faults, options }) {
    if (faults.some(({ what }) => options.losesWebhooks.includes(what))) return [];
    const told = new Set(entries.filter(({ kind }) => kind === 'webhook')
        .map(({ name, channel, user }) => `${name} ${channel} ${user ?? ''}`));
    if (told.size === 0 && !options.webhooks) return [];
    const missing = new Map();
    const unheard = ({ node, from, to }) => faults.some((fault) => {
        return (separates(fault) || fault.what === 'freeze') && (isRedis(fault) || fault.node === node)
            && meets(fault, from - options.silence, to) && to <= fault.to + options.silence;
    });
    for (const subscription of subscriptions) {
        const { channel, user } = subscription;
        if (unheard(subscription)) continue;
        for (const [key, of] of [[`channel_occupied ${channel} `], [`member_added ${channel} ${user}`, user]]) {
            if ((of === undefined || isPresence(channel)) && !told.has(key)) missing.set(key, { channel, of });
        }
    }
    return [...missing].map(([key, { channel, of }]) => {
        const about = { channel, connections: [], users: of ? [of] : [] };
        return { check: 'webhooks', text: `no webhook: ${key}`, about };
    });
}

/** While nobody comes or goes nobody is said to, whatever happens to Redis. */
export function noTransitions(entries, { from, to = Infinity, except = [] }) {
    return entries.filter(({ at, kind, user, name }) => {
        if (at < from || at > to || except.includes(user)) return false;
        return kind === 'added' || kind === 'removed' || (kind === 'webhook' && name in transitions);
    }).map(({ kind, name, connection, channel, user }) => ({
        check: 'no transitions', text: `${name ?? `${connection} was told ${kind}`} of ${user ?? channel} on ${channel}`,
        about: { channel, connections: connection ? [connection] : [], users: user ? [user] : [] },
    }));
}

const every = [
    publisherOrder, nothingDoubled, nothingOld, oneOrder, nothingLost, clientEvents, refusals, errors, membersAlternate,
    endState, webhooksAlternate, webhooksComplete,
];

/** All that is wrong with a history that has come to rest. */
export function checkAll(entries, options) {
    const facts = factsOf(entries, options);
    return every.flatMap((check) => check(facts));
}

/** What a history had to offer, so that one can see that the checks had something to check. */
export function figuresOf(entries, options) {
    const facts = factsOf(entries, options);
    const count = (kind) => entries.filter((entry) => entry.kind === kind).length;
    const publishes = [...facts.publishes.values()];
    const having = (status) => publishes.filter((publish) => publish.status === status).length;
    return {
        connections: count('open'), subscriptions: facts.subscriptions.length, published: publishes.length,
        accepted: having(200), refused: having(503), unanswered: having(0),
        calm: publishes.filter((publish) => isCalm(facts, publish)).length, delivered: count('got'),
        clientEvents: count('say'), heard: count('heard'), added: count('added'), removed: count('removed'),
        webhooks: count('webhook'), faults: facts.faults.length,
    };
}
