/**
 * What a connection or a channel has received, in order. `until` takes everything up to the item
 * that it waits for: a test that compares all of that proves that nothing else came before.
 */
export class Inbox {
    #items = [];
    #waiting = null;

    constructor(owner) {
        this.owner = owner;
    }

    push(item) {
        this.#items.push(item);
        this.#waiting?.();
    }

    /** Takes all, up to the first item whose event is `wanted`, or that `wanted` accepts. */
    async until(wanted, { within = 20_000 } = {}) {
        const matches = typeof wanted === 'function' ? wanted : (item) => item.event === wanted;
        const giveUp = () => this.#waiting?.(new Error(this.#missing(wanted)));
        const deadline = setTimeout(giveUp, within);
        try {
            let seen = 0;
            for (;;) {
                for (; seen < this.#items.length; ++seen) {
                    if (matches(this.#items[seen])) return this.#items.splice(0, seen + 1);
                }
                await new Promise((resolve, reject) => {
                    this.#waiting = (error) => (error ? reject(error) : resolve());
                });
            }
        } finally {
            this.#waiting = null;
            clearTimeout(deadline);
        }
    }

    /** Like `until`, but only the item itself. */
    async next(wanted = () => true, options) {
        return (await this.until(wanted, options)).at(-1);
    }

    #missing(wanted) {
        const got = JSON.stringify(this.#items.slice(0, 20));
        const count = `${this.#items.length} items`;
        return `${this.owner} waited for ${wanted} in vain; it has ${count}: ${got}`;
    }
}

/** Asks again and again, for what no message announces. */
export async function eventually(what, isTrue, { within = 20_000 } = {}) {
    const deadline = performance.now() + within;
    while (!(await isTrue())) {
        if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
