import { createHmac } from 'node:crypto';

/** What only hostile clients use. Nothing that they do may be noticed by others. */
export const theirs = {
    public: ['h', 'h1', 'cache-h', 'h'.repeat(164), 'h-_=@,.;'],
    signed: ['private-h', 'private-h1', 'private-cache-h', 'private-encrypted-h'],
    presence: ['presence-h', 'presence-h1', 'presence-cache-h'],
    users: ['h1', 'h2', 'h3'],
};
/** Public channels of others: anybody may subscribe. */
const shared = ['news', 'witnessed'];

/** Bytes that parsers have trouble with. */
const awkward = [
    '', '{', '}', '[', ']', '"', '\\', ',', ':', '\0', '\x7f', '\r\n', '%', '%00', '%zz', '+', '&', '=', ';', '#',
    '\\u0000', '\\ud800', '\\ud83d\\udd14', '1e999', '-0', '0.1e-400', '18446744073709551616', 'null', 'true',
    '{"a":'.repeat(200), '['.repeat(5000), '"event":', '"data":"{}"', 'pusher:', 'pusher_internal:', 'client-',
    '#server-to-user-', '🔔',
    [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80],
].map((textOrBytes) => Buffer.from(textOrBytes));

/** A few small changes somewhere in the bytes, or none. */
export function mutated(random, bytes, changes = random.pick([0, 0, 1, 1, 2, 5])) {
    let result = Buffer.from(bytes);
    for (let i = 0; i < changes; ++i) {
        const at = random.below(result.length + 1);
        const end = Math.min(result.length, at + random.pick([0, 1, 2, 8, 64, 1024]));
        const [before, piece, after] = [result.subarray(0, at), result.subarray(at, end), result.subarray(end)];
        const changed = random.pick([
            () => Buffer.alloc(0),
            () => Buffer.concat([piece, piece, piece]),
            () => Buffer.concat([random.pick(awkward), piece]),
            () => random.pick(awkward),
            () => Buffer.from(piece.map((byte) => byte ^ (1 << random.below(8)))),
        ])();
        result = Buffer.concat([before, changed, after]);
    }
    return result;
}

const anyValue = (random) => random.pick([
    null, true, 0, -1.5, 1e308, '', 'text', 'é🔔', [], {}, { a: { b: [1] } },
    'x'.repeat(random.pick([10, 1000, 20_000])),
    Array.from({ length: random.below(300) }, (_, n) => n),
]);

const sign = (app, text) => `${app.key}:${createHmac('sha256', app.secret).update(text).digest('hex')}`;

function anyChannel(random) {
    return random.pick([
        ...theirs.public, ...theirs.signed, ...theirs.presence, ...shared, 'private-witness', 'presence-witness',
        `#server-to-user-${random.pick(theirs.users)}`, `h-${random.below(100_000)}`,
        'h'.repeat(random.pick([200, 201, 100_000])), 'h\u0000', 'presence-', 'private-', '#h', 7, null,
    ]);
}

function subscription(random, { app, socketId }) {
    const channel = anyChannel(random);
    const auth_of_another = random.pick([undefined, '', 'k:x', 5]);
    if (typeof channel !== 'string' || random.chance(0.2)) return { channel, auth: auth_of_another };
    // Holders of tokens have them for their own channels only.
    const mayHave = [...theirs.signed, ...theirs.presence].includes(channel);
    const member = {
        user_id: random.pick([...theirs.users, 7, '', 'u'.repeat(200), null]), user_info: anyValue(random),
    };
    const isPresence = channel.startsWith('presence-');
    const channel_data = isPresence || random.chance(0.1) ? JSON.stringify(member) : undefined;
    const text = [socketId, channel, channel_data].filter((part) => part !== undefined).join(':');
    const auth = mayHave ? sign(app, text) : `${app.key}:${'0'.repeat(64)}`;
    return { channel, auth, channel_data, shared_secret: random.pick([undefined, 'c2VjcmV0', 5]) };
}

function signIn(random, { app, socketId }) {
    const many = Array.from({ length: 150 }, (_, n) => `w${n}`);
    const user = {
        id: random.pick([...theirs.users, 7, '', null]), user_info: anyValue(random),
        watchlist: random.pick([undefined, theirs.users, ['ann', 'bob'], [1], 'x', many]),
    };
    const user_data = JSON.stringify(user);
    const right = theirs.users.includes(user.id) || random.chance(0.5);
    return { auth: right ? sign(app, `${socketId}::user::${user_data}`) : 'x', user_data };
}

/** One message of a client, mostly a good one. `client`: its app and socket id. */
export function message(random, client) {
    const channel = anyChannel(random);
    const event = random.pick([
        () => ({ event: 'pusher:subscribe', data: subscription(random, client) }),
        () => ({ event: 'pusher:subscribe', data: subscription(random, client) }),
        () => ({ event: 'pusher:unsubscribe', data: { channel } }),
        () => ({ event: 'pusher:signin', data: signIn(random, client) }),
        () => ({ event: 'pusher:ping', data: {} }),
        () => ({ event: 'pusher:pong' }),
        () => ({ event: `client-${random.pick(['h', 'x'.repeat(250), ''])}`, channel, data: anyValue(random) }),
        () => ({ event: random.pick(['pusher:h', 'pusher_internal:h', 5, 'h', null]), channel, data: {} }),
        () => anyValue(random),
    ])();
    const text = JSON.stringify(event);
    return random.chance(0.2) ? text.replace('"data":{', `"data":${JSON.stringify(text)},"d":{`) : text;
}

/** The body of a publish. It goes to hostile clients only. */
export function trigger(random) {
    const all = [...theirs.public, ...theirs.signed, ...theirs.presence];
    const channels = random.sample(all, random.below(6));
    const one = {
        name: random.pick(['e', 'client-h', '', 'x'.repeat(300), 5]),
        channels: random.pick([channels, channels[0], 5]),
        data: random.pick(['{}', anyValue(random), JSON.stringify(anyValue(random))]),
        socket_id: random.pick([undefined, '1.1', 'x', 5]), info: random.pick([undefined, 'user_count', 'h', 5]),
    };
    return JSON.stringify(random.chance(0.3) ? { batch: [{ ...one, channel: 'h' }, one] } : one);
}
