import { sdk } from '../clients.mjs';
import { message, mutated, theirs, trigger } from './messages.mjs';
import { end, open, pause, write } from './websocket.mjs';

function head(method, target, lines) {
    return Buffer.from([`${method} ${target} HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n'));
}

function withBody(random, method, target, body, lines = []) {
    if (random.chance(0.2)) {
        const chunk = `${body.length.toString(16)}${random.pick(['', ';x=y'])}\r\n`;
        const chunks = Buffer.concat([Buffer.from(chunk), body, Buffer.from('\r\n0\r\n\r\n')]);
        return Buffer.concat([head(method, target, [...lines, 'Transfer-Encoding: chunked']), chunks]);
    }
    const length = random.chance(0.93) ? body.length : random.pick([0, body.length + 10, -1, 2 ** 40, 'x']);
    return Buffer.concat([head(method, target, [...lines, `Content-Length: ${length}`]), body]);
}

const escaped = (name) => encodeURIComponent(name);

/** A signed request that concerns hostile channels and users only. */
function restRequest(random, server, app) {
    const channel = random.pick([...theirs.public, ...theirs.signed, ...theirs.presence]);
    const user = random.pick(theirs.users);
    const [method, path] = random.pick([
        ['POST', '/events'], ['POST', '/events'], ['POST', '/batch_events'], ['GET', '/channels'],
        ['GET', `/channels/${escaped(channel)}`], ['GET', `/channels/${escaped(channel)}/users`],
        ['GET', '/connections'],
        ['POST', `/users/${user}/terminate_connections`], ['POST', `/channels/${escaped(channel)}/events`],
        ['GET', `/channels/${escaped(channel)}/stats`], ['DELETE', '/channels'], ['OPTIONS', '/events'],
    ]);
    const changed = mutated(random, Buffer.from(trigger(random)), random.pick([0, 0, 0, 1])).toString();
    const body = method === 'POST' ? changed : '';
    const params = random.pick([
        {}, {}, { info: 'user_count' }, { filter_by_prefix: 'presence-', info: 'user_count,subscription_count' },
        { with_user_info: '1' }, { name: 'e' }, { info: random.pick(['x', 'cache', 'user_count, cache']) },
    ]);
    const full = `/apps/${app.id}${path}`;
    const credentials = { appId: app.id, key: app.key, secret: app.secret };
    const query = sdk(server, credentials).createSignedQueryString({ method, path: full, body, params });
    const target = mutated(random, Buffer.from(`${full}?${query}`), random.chance(0.1) ? 1 : 0).toString('latin1');
    if (method !== 'POST') return head(method, target, random.pick([[], ['Connection: close']]));
    return withBody(random, method, target, Buffer.from(body));
}

/** Requests of a backend on one connection, some of them in one piece. */
export async function restConversation(random, server, app, left) {
    const socket = await open(server.port);
    if (!socket) return;
    for (let n = 1 + random.below(10); n > 0 && socket.writable; --n) {
        const requests = Array.from({ length: random.pick([1, 1, 1, 4]) }, () => restRequest(random, server, app));
        let bytes = Buffer.concat(requests);
        if (random.chance(0.1)) bytes = mutated(random, bytes, 1);
        if (random.chance(0.05)) bytes = bytes.subarray(0, random.below(bytes.length));
        await write(random, socket, bytes);
        await pause(random.below(15));
    }
    await end(random, socket, left);
}

/** Requests of one or two sessions of the fallback, each on a connection of its own. */
export async function fallbackConversation(random, port, app, left) {
    const session = `/app/${app.key}/${random.below(1000)}/${random.pick(['h', 'H9'])}${random.below(30)}`;
    const client = { app, socketId: '1.1' };
    for (let n = 1 + random.below(8); n > 0; --n) {
        const socket = await open(port);
        if (!socket) return;
        socket.on('data', (bytes) => {
            const found = /socket_id\\\\\\":\\\\\\"([\d.]+)/.exec(bytes.toString('latin1'));
            client.socketId = found?.[1] ?? client.socketId;
        });
        const what = random.pick(['xhr_streaming', 'xhr', 'xhr', 'xhr_send', 'xhr_send', 'xhr_send', 'nothing']);
        const messages = Array.from({ length: random.below(5) }, () => message(random, client));
        const body = what === 'xhr_send' ? mutated(random, Buffer.from(JSON.stringify(messages))) : Buffer.alloc(0);
        const target = `${random.pick(['', '/pusher'])}${session}/${what}?protocol=7&t=1&n=${n}`;
        const method = random.chance(0.93) ? 'POST' : random.pick(['OPTIONS', 'GET', 'PUT']);
        let bytes = withBody(random, method, target, body, random.pick([[], ['Origin: http://example.com']]));
        if (random.chance(0.05)) bytes = mutated(random, bytes, 1);
        await write(random, socket, bytes);
        await pause(random.below(40));
        await end(random, socket, left);
    }
}
