const about = {
    connection: ({ connection }, { connections }) => connections.includes(connection),
    event: ({ publisher, connection, n }, { source, n: wanted }) => {
        return source !== undefined && wanted.includes(n)
            && (source === publisher || source === `client ${connection}`);
    },
};

/** Whether an entry belongs to what is told of a violation. */
function belongs(entry, what) {
    const { kind, channel, user, name } = entry;
    if (kind === 'fault') return true;
    if (channel !== undefined && what.channel !== undefined && channel !== what.channel) return false;
    const ofUser = what.users?.includes(user);
    switch (kind) {
        case 'open': case 'close': return about.connection(entry, what) || Boolean(ofUser);
        case 'joining': case 'joined': case 'leaving':
            return about.connection(entry, what) || Boolean(what.userConnections?.has(entry.connection));
        case 'got': case 'heard': {
            if (!about.connection(entry, what)) return false;
            if (what.events) return what.events.includes(`${entry.publisher}:${entry.n}`);
            const source = kind === 'got' ? entry.publisher : `client ${entry.sender}`;
            return source === what.source && what.n.some((n) => Math.abs(n - entry.n) <= 2);
        }
        case 'publish': case 'answer':
            if (what.events) return what.events.includes(`${entry.publisher}:${entry.n}`);
            return about.event(entry, what);
        case 'say': return about.event(entry, what);
        case 'added': case 'removed': return ofUser && about.connection(entry, what);
        case 'webhook': return what.users?.length ? ofUser && name.startsWith('member') : !what.source && !what.events;
        case 'asked': return Boolean(what.users?.length) || !what.source;
        case 'error': return about.connection(entry, what);
        default: return false;
    }
}

function line({ at, kind, members, users, ...rest }, start) {
    const lists = Object.entries({ members, users }).filter(([, list]) => list);
    const parts = [...Object.entries(rest), ...lists.map(([name, list]) => [name, `[${list.length}]`])];
    const text = parts.map(([name, value]) => `${name}=${value}`).join(' ');
    return `${((at - start) / 1000).toFixed(3).padStart(9)}  ${kind.padEnd(8)} ${text}`;
}

/** The part of a history that a violation is about, as lines: the faults, and little else. */
export function explain({ check, text, about: what }, entries, most = 60) {
    const { users = [] } = what;
    const opened = entries.filter(({ kind, user }) => kind === 'open' && users.includes(user));
    const told = { connections: [], ...what, userConnections: new Set(opened.map(({ connection }) => connection)) };
    const lines = entries.filter((entry) => belongs(entry, told)).map((entry) => line(entry, entries[0].at));
    const left = lines.length - most;
    if (left > 0) lines.splice(most / 2, left, `           … ${left} more …`);
    return [`${check}: ${text}`, ...lines].join('\n');
}

/** What is wrong, in as few lines as it can be told: of each check the violation with the shortest history. */
export function report(violations, entries) {
    const perCheck = new Map();
    for (const violation of violations) {
        const { check } = violation;
        if (!perCheck.has(check)) perCheck.set(check, { count: 0, shortest: null });
        const seen = perCheck.get(check);
        if (++seen.count > 50) continue;
        const said = explain(violation, entries);
        if (seen.shortest === null || said.split('\n').length < seen.shortest.split('\n').length) seen.shortest = said;
    }
    return [...perCheck].map(([check, { count, shortest }]) => `${count} × ${check}\n${shortest}`).join('\n\n');
}

