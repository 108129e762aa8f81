import { once } from 'node:events';
import { createServer } from 'node:http';

import { sdk } from '../clients.mjs';

/** The specs send most parameters in base64, objects as JSON. */
function decoded(text) {
    const plain = Buffer.from(text, 'base64').toString();
    try {
        return JSON.parse(plain);
    } catch {
        return plain;
    }
}

async function formOf(request) {
    let body = '';
    for await (const piece of request) body += piece;
    return new URLSearchParams(body);
}

/**
 * The application's server that the specs of pusher-js expect, of one app: it authorizes whatever it is asked
 * for, publishes, and answers scripts with what they sent. Returns the server and its URL.
 */
export async function startBackend(target, credentials) {
    const backend = sdk(target, credentials);
    const authorization = (given) => {
        const user_id = given.get('socket_id');
        const user_info = {
            name: `Integration ${user_id}`, email: `integration-${user_id}@example.com`,
        };
        const name = given.get('channel_name');
        const member = name.startsWith('presence-') ? { user_id, user_info } : undefined;
        return JSON.stringify(backend.authorizeChannel(user_id, name, member));
    };
    const others = (query, ...names) => [...query].filter(([name]) => !names.includes(name));
    const script = (call, ...values) => `${call}(${['null', ...values.map((v) => JSON.stringify(v))]})`;
    const routes = {
        auth: async (request, query) => {
            if (request.method === 'POST') return authorization(await formOf(request));
            return `${query.get('callback')}(${authorization(query)})`;
        },
        send: async (request, query, id) => {
            const [channel, event, data] = ['channel', 'event', 'data'].map((name) => decoded(query.get(name)));
            await backend.trigger(channel, event, data);
            return script(`Pusher.Integration.ScriptReceivers[${id}]`, {});
        },
        jsonp: (request, query, id) => {
            const sent = others(query).map(([name, value]) => [name, decoded(value)]);
            return script(`Pusher.ScriptReceivers[${id}]`, Object.fromEntries(sent));
        },
        script_request: (request, query) => {
            return script(query.get('receiver'), Object.fromEntries(others(query, 'receiver')));
        },
    };
    const server = createServer(async (request, response) => {
        const url = new URL(request.url, 'http://backend');
        const broken = /^\/jsonp\/(404|500)\//.exec(url.pathname);
        const [, what, id] = /^\/(?:v2\/)?(\w+)(?:\/(?:echo\/?)?(\w*))?$/.exec(url.pathname) ?? [];
        response.setHeader('Access-Control-Allow-Origin', '*');
        if (broken || !routes[what]) return response.writeHead(broken?.[1] ?? 404).end();
        response.setHeader('Content-Type', what === 'auth' && request.method === 'POST'
            ? 'application/json' : 'text/javascript; charset=utf-8');
        response.end(await routes[what](request, url.searchParams, id));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, url: `http://127.0.0.1:${server.address().port}` };
}
