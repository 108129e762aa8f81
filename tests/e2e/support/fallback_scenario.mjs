/**
 * What an application does with pusher-js, from connecting to leaving. Runs in Node and, as it
 * stands, in a browser: it refers to nothing but its argument. `authorize` answers for the auth
 * endpoint, `backend` triggers. Returns what it saw.
 */
export async function useEverything({ Pusher, key, options, authorize, backend }) {
    const connect = (user) => {
        const client = new Pusher(key, {
            ...options,
            channelAuthorization: {
                customHandler: ({ channelName, socketId }, answer) => {
                    authorize(channelName, socketId, user).then((auth) => answer(null, auth));
                },
            },
        });
        return new Promise((resolve, reject) => {
            client.connection.bind('connected', () => resolve(client));
            client.connection.bind('failed', () => reject(new Error('no transport is left')));
        });
    };
    const happens = (emitter, event) => new Promise((resolve) => emitter.bind(event, resolve));
    const active = async (channel) => {
        await happens(channel, 'pusher:subscription_succeeded');
        return channel;
    };

    const [ann, bob] = [await connect('ann'), await connect('bob')];
    const saw = { transport: ann.connection.connection.transport.name };

    const news = await active(ann.subscribe('news'));
    const item = happens(news, 'item');
    await backend('trigger', 'news', 'item', { text: 'Zoë 🔔' });
    saw.public = await item;

    const pads = [await active(ann.subscribe('private-pad')), await active(bob.subscribe('private-pad'))];
    const drawn = happens(pads[1], 'client-drawn');
    pads[0].trigger('client-drawn', { x: 1 });
    saw.clientEvent = await drawn;

    const channel = await active(ann.subscribe('presence-room'));
    const added = happens(channel, 'pusher:member_added');
    const other = await active(bob.subscribe('presence-room'));
    saw.added = (await added).id;
    saw.members = Object.keys(other.members.members).sort();
    const removed = happens(channel, 'pusher:member_removed');
    bob.unsubscribe('presence-room');
    saw.removed = (await removed).id;

    const letters = await active(ann.subscribe('private-encrypted-letters'));
    const letter = happens(letters, 'letter');
    await backend('trigger', 'private-encrypted-letters', 'letter', { secret: 42 });
    saw.encrypted = await letter;

    const large = happens(news, 'large');
    await backend('trigger', 'news', 'large', 'é'.repeat(4500));
    saw.large = (await large) === 'é'.repeat(4500);

    saw.order = [];
    const all = new Promise((resolve) => news.bind('counted', (n) => {
        if (saw.order.push(n) === 500) resolve();
    }));
    await backend('count', 'news', 500);
    await all;

    for (const client of [ann, bob]) client.disconnect();
    return saw;
}
