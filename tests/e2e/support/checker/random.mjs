/** Numbers that a seed decides (mulberry32), and what is chosen with them. */
export class Random {
    #state;

    constructor(seed) {
        this.#state = seed >>> 0;
    }

    /** From 0 to below 1. */
    fraction() {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let t = this.#state;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    }

    /** A whole number from 0 to below `count`. */
    below(count) {
        return Math.floor(this.fraction() * count);
    }

    between(least, most) {
        return least + this.fraction() * (most - least);
    }

    chance(probability) {
        return this.fraction() < probability;
    }

    pick(list) {
        return list[this.below(list.length)];
    }

    /** `count` different ones. */
    sample(list, count) {
        const left = [...list];
        const end = Math.min(count, left.length);
        return Array.from({ length: end }, () => left.splice(this.below(left.length), 1)[0]);
    }
}
