import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { checkAll, factsOf, figuresOf, isCalm, noTransitions } from './support/checker/checks.mjs';
import { Random } from './support/checker/random.mjs';
import { explain, report } from './support/checker/report.mjs';

// The checker of the cluster is believed when it finds nothing. So it has to find what is planted.

const presence = 'presence-room';
const news = 'news';

/** A history of which each step takes a millisecond, or as many as `wait` says. */
class Story {
    entries = [];
    #at = 1_000;

    add(kind, members) {
        this.entries.push({ at: this.#at++, kind, ...members });
        return this;
    }

    wait(milliseconds) {
        this.#at += milliseconds;
        return this;
    }

    open(connection, node = 'n1', user = connection.replace(/\d+$/, '')) {
        return this.add('open', { connection, node, user });
    }

    join(connection, channel, members) {
        return this.add('joining', { connection, channel }).add('joined', { connection, channel, members });
    }

    leave(connection, channel) {
        return this.add('leaving', { connection, channel });
    }

    close(connection) {
        return this.add('close', { connection, by: 'client' });
    }

    publish(publisher, n, { channel = news, node = 'n1', status = 200 } = {}) {
        this.add('publish', { publisher, n, channel, node });
        return this.add('answer', { publisher, n, status });
    }

    got(connection, publisher, ...numbers) {
        for (const n of numbers) this.add('got', { connection, channel: news, publisher, n });
        return this;
    }

    members(kind, connection, user) {
        return this.add(kind, { connection, channel: presence, user });
    }

    fault(what, milliseconds = 100, node) {
        this.add('fault', { what, node, phase: 'begin' }).wait(milliseconds);
        return this.add('fault', { what, node, phase: 'end' });
    }

    webhook(name, channel, user) {
        return this.add('webhook', { name, channel, user });
    }

    asked(node, channel, users, subscriptions = users.length, count = users.length) {
        return this.add('asked', { node, channel, occupied: subscriptions > 0, subscriptions, users, count });
    }
}

/** Two readers of the news on two nodes. */
const readers = () => new Story().open('a1').open('b1', 'n2').join('a1', news).join('b1', news);

const wrongIn = (story, options) => checkAll(story.entries, options).map(({ check, text }) => `${check}: ${text}`);

function isRight(story, options) {
    assert.deepEqual(wrongIn(story, options), []);
}

/** Exactly these checks find something, each once. */
function isWrong(story, ...patterns) {
    const wrong = wrongIn(story);
    assert.equal(wrong.length, patterns.length, wrong.join('\n'));
    for (const [i, pattern] of patterns.entries()) assert.match(wrong[i], pattern);
}

describe('order', () => {
    test('events of two publishers may come in any order, if it is the same for all', () => {
        isRight(readers().publish('p', 0).publish('q', 0).publish('p', 1)
            .got('a1', 'q', 0).got('a1', 'p', 0, 1).got('b1', 'q', 0).got('b1', 'p', 0, 1));
    });

    test('events of one publisher keep their order on every connection', () => {
        isWrong(readers().publish('p', 0).publish('p', 1).got('a1', 'p', 1, 0).got('b1', 'p', 1, 0),
            /^publisher order: a1 got 0 of p after 1/, /^publisher order: b1 got 0 of p after 1/);
    });

    test('all connections see the same order', () => {
        isWrong(readers().publish('p', 0).publish('q', 0)
            .got('a1', 'p', 0).got('a1', 'q', 0).got('b1', 'q', 0).got('b1', 'p', 0),
        /^one order: a1 got p:0 before q:0, b1 got q:0 before p:0$/);
    });

    test('a cycle over three connections is found', () => {
        const story = readers().open('c1').join('c1', news);
        for (const publisher of ['p', 'q', 'r']) story.publish(publisher, 0);
        const seen = { a1: ['p', 'q'], b1: ['q', 'r'], c1: ['r', 'p'] };
        for (const [connection, order] of Object.entries(seen)) {
            for (const publisher of order) story.got(connection, publisher, 0);
        }
        const wrong = wrongIn(story).filter((text) => text.startsWith('one order'));
        assert.equal(wrong.length, 1);
        assert.match(wrong[0], /(p:0 before q:0|q:0 before r:0|r:0 before p:0)/);
    });

    test('between two publishers is not promised during an outage of Redis', () => {
        const swapped = (story) => story.got('a1', 'p', 0).got('a1', 'q', 0).got('b1', 'q', 0).got('b1', 'p', 0);
        isRight(swapped(readers().fault('redis pause').publish('p', 0).publish('q', 0)));
        // The node of one of them is cut off: the other's place alone says nothing.
        isRight(swapped(readers().fault('cut', 10, 'n1').publish('p', 0).publish('q', 0, { node: 'n2' })));
        isWrong(swapped(readers().fault('cut', 10, 'n3').publish('p', 0).publish('q', 0)), /^one order/);
        isWrong(swapped(readers().fault('redis pause').wait(4_000).publish('p', 0).publish('q', 0)), /^one order/);
    });

    test('between two publishers counts from when a connection has subscribed', () => {
        const again = (story) => story.fault('redis older').join('c1', news).wait(1).got('c1', 'q', 0).got('c1', 'p', 0);
        isRight(again(readers().open('c1').publish('p', 0).publish('q', 0).got('a1', 'p', 0).got('a1', 'q', 0)
            .got('b1', 'p', 0).got('b1', 'q', 0).wait(1_500)));
    });

    test('of one publisher is promised during an outage', () => {
        isWrong(readers().fault('redis pause').publish('p', 0).publish('p', 1)
            .got('a1', 'p', 0, 1).got('b1', 'p', 1, 0), /^publisher order: b1/);
    });

    test('holds across subscriptions of one connection', () => {
        isWrong(readers().publish('p', 0).publish('p', 1).got('b1', 'p', 0, 1).got('a1', 'p', 1)
            .leave('a1', news).join('a1', news).got('a1', 'p', 0),
        /^publisher order: a1/, /^nothing lost: a1/);
    });
});

describe('what was published', () => {
    test('is delivered once', () => {
        isWrong(readers().publish('p', 0).got('a1', 'p', 0).got('b1', 'p', 0, 0),
            /^nothing doubled: b1 got 0 of p twice/);
    });

    test('reaches every connection that was subscribed the whole time, the last event, too', () => {
        isWrong(readers().publish('p', 0).publish('p', 1).got('a1', 'p', 0, 1).got('b1', 'p', 0),
            /^nothing lost: b1 on n2 never got 1 of p/);
        isWrong(readers().publish('p', 0).publish('p', 1).got('a1', 'p', 0, 1).got('b1', 'p', 1),
            /^nothing lost: b1 on n2 never got 0 of p/);
    });

    test('does not reach a connection that subscribed after it was delivered everywhere', () => {
        const late = (between) => {
            const story = readers().publish('p', 0).got('a1', 'p', 0).got('b1', 'p', 0);
            return between(story).open('c1').join('c1', news).got('c1', 'p', 0);
        };
        isRight(late((story) => story));
        isWrong(late((story) => story.wait(1_500)), /^nothing old: c1 on n1 got 0 of p, from before it subscribed/);
        isWrong(late((story) => story.wait(1_500).fault('redis data').wait(3_500)), /^nothing old/);
        // Its node has not caught up: the subscription begins where the node is.
        isRight(late((story) => story.wait(1_500).fault('cut', 10, 'n1')));
        isWrong(late((story) => story.wait(1_500).fault('cut', 10, 'n2')), /^nothing old/);
        isWrong(late((story) => story.wait(1_500).fault('cut', 10, 'n1').wait(3_500)), /^nothing old/);
        // Redis has forgotten it: its publisher, which has kept it, offers it again, and c1 looks new to it.
        isRight(late((story) => story.wait(1_500).fault('redis older').wait(3_500)));
        isWrong(late((story) => story.wait(20_000).fault('redis older').wait(3_500)), /^nothing old/);
    });

    test('need not reach a connection that subscribed later or left, unless a later one did', () => {
        isRight(readers().publish('p', 0).got('a1', 'p', 0).got('b1', 'p', 0).open('c1').join('c1', news));
        isRight(readers().add('publish', { publisher: 'p', n: 0, channel: news, node: 'n1' }).close('b1')
            .add('answer', { publisher: 'p', n: 0, status: 200 }).got('a1', 'p', 0));
        isWrong(readers().publish('p', 0).publish('p', 1).got('b1', 'p', 1).close('b1').got('a1', 'p', 0, 1),
            /^nothing lost: b1/);
        // Who has unsubscribed in between was not there the whole time.
        isRight(readers().leave('b1', news).publish('p', 0).join('b1', news).publish('p', 1)
            .got('a1', 'p', 0, 1).got('b1', 'p', 1));
    });

    test('may or may not be delivered if the publish was not answered, but not twice', () => {
        isRight(readers().publish('p', 0, { status: 0 }).got('a1', 'p', 0));
        isWrong(readers().publish('p', 0, { status: 0 }).got('a1', 'p', 0, 0), /^nothing doubled/);
    });

    test('is not delivered if it was refused, and is refused with 503 only', () => {
        isRight(readers().publish('p', 0, { status: 503 }));
        isWrong(readers().publish('p', 0, { status: 503 }).got('a1', 'p', 0), /^refusals: a1 got 0 of p/);
        isWrong(readers().publish('p', 0, { status: 500 }), /^refusals: p:0 was answered with 500/);
    });

    test('may be lost with the only node that had it, and with no other', () => {
        const lost = (first, second) => {
            const story = readers().fault(...first).publish('p', 0);
            return story.got('a1', 'p', 0).wait(1_000).fault(...second);
        };
        isRight(lost(['redis pause'], ['kill', 1, 'n1']));
        isRight(lost(['cut', 10, 'n1'], ['kill', 1, 'n1']));
        isWrong(lost(['redis pause'], ['kill', 1, 'n2']), /^nothing lost: b1/);
        isWrong(lost(['cut', 10, 'n2'], ['kill', 1, 'n1']), /^nothing lost: b1/);
        isWrong(lost(['delay', 10, 'n1'], ['kill', 1, 'n1']), /^nothing lost: b1/);
        // It had had the time to pass it on.
        isWrong(readers().fault('redis pause').publish('p', 0).got('a1', 'p', 0).wait(10_000)
            .fault('kill', 1, 'n1'), /^nothing lost: b1/);
    });

    test('is promised to connections that subscribed during an outage, from its end on', () => {
        const story = (first, wait) => new Story().open('a1').fault(...first).join('a1', news).wait(wait).publish('p', 0);
        isRight(story(['cut', 10, 'n1'], 0));
        isWrong(story(['cut', 10, 'n2'], 0), /^nothing lost: a1/);
        isWrong(story(['cut', 10, 'n1'], 4_000), /^nothing lost: a1/);
    });
});

describe('client events', () => {
    const pads = () => new Story().open('a1').open('b1', 'n2').join('a1', news).join('b1', news);
    const say = (story, ...numbers) => {
        for (const n of numbers) story.add('say', { connection: 'a1', channel: news, n });
        return story;
    };
    const heard = (story, connection, ...numbers) => {
        for (const n of numbers) story.add('heard', { connection, channel: news, sender: 'a1', n });
        return story;
    };

    test('reach the others once and in order', () => {
        isRight(heard(say(pads(), 0, 1, 2), 'b1', 0, 1, 2));
        isWrong(heard(say(pads(), 0, 1), 'b1', 1, 0), /^publisher order/);
        isWrong(heard(say(pads(), 0), 'b1', 0, 0), /^nothing doubled/);
        isWrong(heard(say(pads(), 0), 'a1', 0), /^client events: a1 heard its own 0/);
    });

    test('have no gap, unless there is a fault of Redis or a node', () => {
        isWrong(heard(say(pads(), 0, 1, 2), 'b1', 0, 2), /^client events: b1 never heard 1 of a1/);
        isRight(heard(say(pads().fault('redis pause'), 0, 1, 2), 'b1', 0, 2));
        isRight(heard(say(pads().fault('freeze', 10, 'n2'), 0, 1, 2), 'b1', 0, 2));
        isWrong(heard(say(pads().fault('freeze', 10, 'n3'), 0, 1, 2), 'b1', 0, 2), /^client events/);
    });
});

describe('members', () => {
    const joined = () => new Story().open('a1').join('a1', presence, ['a']);

    test('are added and removed alternately', () => {
        isRight(joined().open('b1').join('b1', presence, ['a', 'b']).members('added', 'a1', 'b').close('b1')
            .members('removed', 'a1', 'b'));
        isWrong(joined().members('added', 'a1', 'b').members('added', 'a1', 'b').members('removed', 'a1', 'b'),
            /^members alternate: a1 was told that b was added, again/);
        isWrong(joined().members('removed', 'a1', 'b'),
            /^members alternate: a1 was told that b was removed, again/);
    });

    test('are counted from the list that the subscription began with', () => {
        isWrong(joined().open('b1').join('b1', presence, ['a', 'b']).members('added', 'b1', 'a').members('added', 'a1', 'b'),
            /^members alternate: b1 was told that a was added, again/);
        isWrong(new Story().open('a1').join('a1', presence, []).members('added', 'a1', 'a'),
            /of a is not in its own list/, /was told that a was added/);
    });

    test('start afresh with each subscription', () => {
        isRight(joined().open('b1').join('b1', presence, ['a', 'b']).members('added', 'a1', 'b').leave('a1', presence)
            .members('removed', 'b1', 'a').join('a1', presence, ['a', 'b']).members('added', 'b1', 'a'));
    });

    test('are not notified of themselves', () => {
        isWrong(joined().members('removed', 'a1', 'a').members('added', 'a1', 'a'),
            /of a was told that a was removed/, /of a was told that a was added/);
    });

    test('are the same for all in the end', () => {
        const two = () => joined().open('b1', 'n2').join('b1', presence, ['a', 'b']);
        isRight(two().members('added', 'a1', 'b').asked('n1', presence, ['b', 'a']).asked('n2', presence, ['a', 'b']));
        isWrong(two(), /^end state: a1 on n1 has other members on presence-room: \+\[\] -\[b\]/);
        isWrong(two().members('added', 'a1', 'b').members('added', 'b1', 'ghost'),
            /^end state: b1 on n2 has other members on presence-room: \+\[ghost\] -\[\]/);
        isWrong(two().members('added', 'a1', 'b').asked('n2', presence, ['a'], 2, 2),
            /^end state: n2 has other members on presence-room: \+\[\] -\[b\]/);
        isWrong(two().members('added', 'a1', 'b').asked('n1', presence, ['a', 'b'], 3),
            /^end state: n1 counts 3 on presence-room \(occupied: true\), there are 2/);
        isWrong(two().members('added', 'a1', 'b').asked('n1', presence, ['a', 'b'], 2, 1),
            /^end state: n1 counts 1 members on presence-room, there are 2/);
    });

    test('with two devices are one, counted twice', () => {
        isRight(joined().open('a2', 'n2').join('a2', presence, ['a']).asked('n1', presence, ['a'], 2));
    });

    test('leave a vacant channel when all have left', () => {
        isRight(joined().close('a1').asked('n1', presence, [], 0));
        isWrong(joined().close('a1').asked('n1', presence, ['a'], 1),
            /^end state: n1 counts 1/, /^end state: n1 counts 1 members/, /^end state: n1 has other members on presence-room: \+\[a\]/);
    });
});

describe('webhooks', () => {
    const told = (story, ...names) => {
        for (const name of names) {
            if (name === 'wait') story.wait(5_000);
            else if (typeof name === 'object') story.fault(...name);
            else story.webhook(name, presence, name.startsWith('member') ? 'a' : undefined);
        }
        return story;
    };
    const there = () => new Story().open('a1').join('a1', presence, ['a']);
    const came = ['channel_occupied', 'member_added'];
    const went = ['member_removed', 'channel_vacated'];

    test('report each arrival and departure once', () => {
        isRight(told(there(), ...came));
        isRight(told(there().close('a1'), ...came, 'wait', ...went));
        isRight(told(there(), ...came, 'wait', ...went, 'wait', ...came));
        isWrong(told(there(), 'channel_occupied', 'member_added', 'wait', 'member_added'),
            /^webhooks: webhooks of a presence-room come to 2 at member_added/);
        isWrong(told(there().close('a1'), ...came, 'wait', ...went, 'wait', 'channel_vacated'),
            /^webhooks: webhooks of the channel presence-room come to -1 at channel_vacated/);
    });

    test('agree with the final members', () => {
        isWrong(told(there().close('a1'), ...came, 'member_removed'),
            /^webhooks: webhooks of the channel presence-room end with 1, it should be 0/);
        isWrong(told(there(), 'channel_occupied'), /^webhooks: no webhook: member_added presence-room a/);
        assert.equal(checkAll(there().entries, { webhooks: true }).length, 2);
    });

    test('do not report a user that left before Redis knew of it', () => {
        const brief = (first, wait) => new Story().open('b1').join('b1', presence, ['b']).open('a1').fault(...first)
            .join('a1', presence, ['b', 'a']).members('added', 'b1', 'a').wait(wait).close('a1').members('removed', 'b1', 'a')
            .wait(20_000).webhook('channel_occupied', presence).webhook('member_added', presence, 'b');
        isRight(brief(['redis data'], 0));
        isRight(brief(['cut', 10, 'n1'], 0));
        isWrong(brief(['cut', 10, 'n2'], 0), /^webhooks: no webhook: member_added presence-room a/);
        isWrong(brief(['redis data'], 6_000), /^webhooks: no webhook: member_added presence-room a/);
    });

    test('of different nodes may overtake each other slightly', () => {
        isRight(told(there().close('a1'), 'channel_vacated', 'channel_occupied', 'member_removed', 'member_added'));
        isWrong(told(there().close('a1'), 'channel_occupied', 'member_removed', 'wait', 'channel_vacated',
            'member_added'), /come to -1 at member_removed/, /end with 1|come to/);
    });

    test('may be lost with the node that decided them, and repeated when Redis has lost its data', () => {
        isRight(told(there(), ...came, 'wait', ['kill', 1, 'n2'], ...came));
        isRight(told(there(), ...came, 'wait', ['redis nothing', 1], ...came));
        isRight(told(there().close('a1'), ...came, 'wait', ['kill', 1, 'n2'], ...came, 'wait', ...went));
        isRight(told(there().close('a1'), ...came, 'wait', ['kill', 1, 'n2'], ...came, ...went));
        isWrong(told(there(), ...came, 'wait', ['redis data', 1], ...came), /come to 2/, /come to 2/);
        // Once that is past they alternate again.
        isWrong(told(there(), ...came, 'wait', ['kill', 1, 'n2'], ...came, 'wait', ...came), /come to 2/, /come to 2/);
    });
});

describe('a long outage', () => {
    test('causes no member events or webhooks', () => {
        const story = () => new Story().open('a1').join('a1', presence, ['a']).members('added', 'a1', 'b').wait(100);
        const after = { from: 1_050 };
        assert.deepEqual(noTransitions(story().entries, after), []);
        assert.equal(noTransitions(story().members('removed', 'a1', 'b').entries, after).length, 1);
        assert.equal(noTransitions(story().members('added', 'a1', 'c').entries, after).length, 1);
        assert.equal(noTransitions(story().members('added', 'a1', 'c').entries, { ...after, except: ['c'] }).length, 0);
        for (const name of ['channel_occupied', 'channel_vacated', 'member_added', 'member_removed']) {
            assert.equal(noTransitions(story().webhook(name, presence).entries, after).length, 1);
        }
        assert.equal(noTransitions(story().webhook('client_event', presence).entries, after).length, 0);
    });
});

test('an error message to a client is a violation', () => {
    isWrong(readers().add('error', { connection: 'a1', code: 4100, text: 'slow' }), /^errors: a1: 4100 slow/);
});

test('events published without a fault are counted as calm', () => {
    const calm = (story) => {
        const facts = factsOf(story.entries);
        return [...facts.publishes.values()].map((publish) => isCalm(facts, publish));
    };
    assert.deepEqual(calm(readers().publish('p', 0)), [true]);
    assert.deepEqual(calm(readers().publish('p', 0, { status: 0 })), [false]);
    assert.deepEqual(calm(readers().publish('p', 0).wait(500).fault('redis data')), [false]);
    assert.deepEqual(calm(readers().publish('p', 0).wait(1_500).fault('redis data')), [true]);
    assert.equal(figuresOf(readers().publish('p', 0).got('a1', 'p', 0).entries).calm, 1);
});

test('a report contains the relevant lines only', () => {
    const story = readers().publish('p', 0).publish('q', 7).got('a1', 'p', 0).got('b1', 'p', 0, 0)
        .got('a1', 'q', 7).got('b1', 'q', 7).fault('cut', 10, 'n2');
    for (let n = 10; n < 500; ++n) story.publish('p', n).got('a1', 'p', n).got('b1', 'p', n);
    const wrong = checkAll(story.entries);
    const lines = explain(wrong[0], story.entries).split('\n');
    assert.match(lines[0], /^nothing doubled: b1 got 0 of p twice/);
    assert.equal(lines.filter((line) => line.includes('got')).length, 3);
    assert.equal(lines.filter((line) => line.includes('fault')).length, 2);
    assert.ok(lines.some((line) => /publish +publisher=p n=0/.test(line)));
    assert.ok(lines.length < 12, lines.join('\n'));
    assert.match(report(wrong, story.entries), /^1 × nothing doubled\n/);
});

test('a seed determines every choice', () => {
    const list = Array.from({ length: 50 }, (_, n) => n);
    const choices = (seed) => {
        const random = new Random(seed);
        return [random.fraction(), random.below(1_000), random.pick(list), ...random.sample(list, 5)];
    };
    assert.deepEqual(choices(7), choices(7));
    assert.notDeepEqual(choices(7), choices(8));
    assert.equal(new Set(new Random(1).sample(list, 60)).size, 50);
});
