import assert from 'node:assert/strict';

import { connect, rawConnect, sdk, settle, subscribe } from '../clients.mjs';

/**
 * Two clients that behave, one by WebSocket with compression, one by HTTP streaming, and their backend. Events
 * are published to both and said by each to the other all the time; each receives exactly these, in order.
 */
export class Witness {
    #published = 0;
    #said = 0;
    #running = null;
    #stop = false;

    static async open(server) {
        const witness = new Witness();
        witness.backend = sdk(server);
        witness.ann = await rawConnect(server, undefined, { perMessageDeflate: { threshold: 0 } });
        await witness.ann.enter('witnessed');
        await witness.ann.enter('private-witness');
        await witness.ann.enter('presence-witness', { user_id: 'ann' });
        witness.bob = await connect(server, {
            user: { user_id: 'bob' }, httpHost: '127.0.0.1', httpPort: server.port,
            enabledTransports: ['xhr_streaming'],
        });
        witness.channels = {};
        for (const name of ['witnessed', 'private-witness', 'presence-witness']) {
            witness.channels[name] = await subscribe(witness.bob, name);
        }
        const { event } = await witness.ann.inbox.next();
        assert.equal(event, 'pusher_internal:member_added');
        return witness;
    }

    begin() {
        this.#stop = false;
        this.#running = this.#run();
        // It is awaited later.
        this.#running.catch(() => {});
    }

    async #run() {
        while (!this.#stop) {
            const n = this.#published++;
            // Long enough to be compressed.
            await this.backend.trigger('witnessed', 'event', { n, text: 'witness '.repeat(n % 50) });
            this.ann.send({ event: 'client-said', channel: 'private-witness', data: this.#said });
            this.channels['private-witness'].trigger('client-said', this.#said++);
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }

    /** Everything that was sent has arrived, and nothing else. */
    async check() {
        this.#stop = true;
        await this.#running;
        await this.backend.trigger('witnessed', 'end', {});
        await this.ann.ping().then((items) => (this.annsItems = items));
        await settle(this.bob);
        const numbers = (count) => Array.from({ length: count }, (_, n) => n);
        const inbox = this.annsItems;
        if (!inbox.some(({ event }) => event === 'end')) inbox.push(...(await this.ann.inbox.until('end')));
        while (inbox.filter(({ event }) => event === 'client-said').length < this.#said) {
            inbox.push(await this.ann.inbox.next());
        }
        const of = (items, name, read) => items.filter(({ event }) => event === name).map(({ data }) => read(data));
        assert.deepEqual(of(inbox, 'event', (data) => JSON.parse(data).n), numbers(this.#published));
        assert.deepEqual(of(inbox, 'client-said', Number), numbers(this.#said));
        assert.equal(inbox.length, this.#published + this.#said + 1, 'ann received something else');
        const published = await this.channels.witnessed.inbox.until('end');
        assert.deepEqual(of(published, 'event', ({ n }) => n), numbers(this.#published));
        assert.equal(published.length, this.#published + 1, 'bob received something else');
        const said = [];
        while (said.length < this.#said) said.push(await this.channels['private-witness'].inbox.next());
        assert.deepEqual(of(said, 'client-said', Number), numbers(this.#said));
        const room = this.channels['presence-witness'].inbox;
        room.push({ event: 'mark' });
        assert.equal((await room.until('mark')).length, 1, 'somebody else came in');
        const figures = { published: this.#published, said: this.#said };
        this.#published = this.#said = 0;
        return figures;
    }
}
