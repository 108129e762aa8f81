/**
 * What happened, as the outside saw it: a list of entries { at, kind, … }, `at` in milliseconds of one
 * clock. Everything that the checks know is in it.
 *
 * | kind | further members |
 * | --- | --- |
 * | `open`, `close` | connection, node, user; closed `by` 'client' or 'server' |
 * | `joining`, `leaving` | connection, channel: the request was sent |
 * | `joined` | connection, channel, and `members` (user ids) on presence channels |
 * | `added`, `removed` | connection, channel, user |
 * | `got` | connection, channel, publisher, n: an event of REST came |
 * | `heard` | connection, channel, sender, n: a client event came |
 * | `error` | connection, code, text |
 * | `publish` | publisher, n, channel, node: the request was sent. A publisher sends the next after the answer |
 * | `answer` | publisher, n, status; 0 if the connection ended without one |
 * | `say` | connection, channel, n: a client event was sent |
 * | `fault` | what, phase 'begin' or 'end'; `node` if only that one has it |
 * | `webhook` | name, channel, user |
 * | `asked` | node, channel, occupied, subscriptions, users, and how many by `count`: what REST said in the end |
 */
export class History {
    entries = [];

    /** `now`: the clock. */
    constructor(now = () => performance.now()) {
        this.now = now;
    }

    add(kind, members) {
        const entry = { at: this.now(), kind, ...members };
        this.entries.push(entry);
        return entry;
    }
}

/** The publishes, by `publisher:n`, with `answered` and `status`. */
export function publishesOf(entries) {
    const publishes = new Map();
    for (const entry of entries) {
        const key = `${entry.publisher}:${entry.n}`;
        if (entry.kind === 'publish') {
            publishes.set(key, { ...entry, key, answered: Infinity, status: 0 });
        } else if (entry.kind === 'answer') {
            Object.assign(publishes.get(key), { answered: entry.at, status: entry.status });
        }
    }
    return publishes;
}

/**
 * The subscriptions, each with connection, channel, user, node, `asked` when it was sent, `from` when success came, `to` when it was
 * given up or the connection ended (Infinity: never), `members` and the entries that came for it, in order.
 */
export function subscriptionsOf(entries) {
    const connections = new Map();
    const asked = new Map();
    const open = new Map();
    const all = [];
    const end = (key, at) => {
        const subscription = open.get(key);
        if (subscription) subscription.to = at;
        open.delete(key);
    };
    for (const entry of entries) {
        const { at, kind, connection, channel } = entry;
        const key = `${connection} ${channel}`;
        if (kind === 'open') {
            connections.set(connection, entry);
        } else if (kind === 'close') {
            for (const [name, subscription] of open) {
                if (subscription.connection === connection) end(name, at);
            }
        } else if (kind === 'leaving') {
            end(key, at);
        } else if (kind === 'joining') {
            asked.set(key, at);
        } else if (kind === 'joined') {
            const { node, user } = connections.get(connection);
            const when = { asked: asked.get(key), from: at, to: Infinity };
            open.set(key, { connection, channel, node, user, members: entry.members, ...when, came: [] });
            all.push(open.get(key));
        } else if (['got', 'heard', 'added', 'removed'].includes(kind)) {
            open.get(key)?.came.push(entry);
        }
    }
    return all;
}

/** The faults, each with what, node (if it has one), `from` and `to`. */
export function faultsOf(entries) {
    const faults = [];
    for (const { at, kind, what, node, phase } of entries) {
        if (kind !== 'fault') continue;
        if (phase === 'begin') {
            faults.push({ what, node, from: at, to: Infinity });
        } else {
            faults.findLast((fault) => fault.what === what && fault.node === node).to = at;
        }
    }
    return faults;
}
