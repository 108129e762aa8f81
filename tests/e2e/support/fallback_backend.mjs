import assert from 'node:assert/strict';

import { sdk } from './clients.mjs';

const masterKey = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

/** What useEverything() needs of an application's own server. */
export function applicationOf(server) {
    const backend = sdk(server, { encryptionMasterKeyBase64: masterKey });
    return {
        authorize: async (channel, socketId, user) => {
            const member = channel.startsWith('presence-') ? { user_id: user } : undefined;
            return backend.authorizeChannel(socketId, channel, member);
        },
        backend: async (what, channel, ...rest) => {
            if (what === 'trigger') return void (await backend.trigger(channel, ...rest));
            for (let n = 0; n < rest[0]; n += 10) {
                const batch = Array.from({ length: 10 }, (_, k) => ({
                    channel, name: 'counted', data: JSON.stringify(n + k),
                }));
                await backend.triggerBatch(batch);
            }
        },
    };
}

export function assertSawEverything(saw, transport) {
    const order = Array.from({ length: 500 }, (_, n) => n);
    assert.deepEqual(saw, {
        transport, public: { text: 'Zoë 🔔' }, clientEvent: { x: 1 }, added: 'bob',
        members: ['ann', 'bob'], removed: 'bob', encrypted: { secret: 42 }, large: true, order,
    });
}
