import { PastSearch } from '../../src/calls/past-search.ts';
import { CONTENDER, known } from './harness.ts';

interface Surroundings {
  allLinked: boolean;
  /** The adapter that would look at the bus. */
  looker: string | undefined;
}

function search(around: Partial<Surroundings> = {}) {
  const surroundings: Surroundings = { allLinked: true, looker: undefined, ...around };
  const recalls: (string | undefined)[] = [];
  let asked = 0;
  let done = 0;
  const past = new PastSearch({
    contender: CONTENDER,
    allMayBeLinked: () => surroundings.allLinked,
    recall() {
      recalls.push(surroundings.looker);
      return surroundings.looker;
    },
    onAsked: () => asked++,
    onDone: () => done++,
  });
  return { past, recalls, surroundings, done: () => done, asked: () => asked };
}

const CERTAIN = known({ epoch: 2, sequence: 40, certain: true });

test('ends when all adapters have answered and one is certain, without a look at the bus', () => {
  const { past, recalls, done } = search({ looker: 'one' });
  past.expect('one');
  past.expect('two');
  past.hear('two', CERTAIN);
  expect(done()).toBe(0);
  past.hear('one', known());
  expect([done(), recalls]).toEqual([1, []]);
});

test('when nobody is certain, because the former gateway died, one adapter looks at the bus', () => {
  const { past, recalls, done } = search({ looker: 'one' });
  past.expect('one');
  past.hear('one', known({ sequence: 7 }));
  expect([done(), recalls]).toEqual([0, ['one']]);
  past.hear('one', known({ sequence: 9 }));
  expect([done(), past.found.map(({ sequence }) => sequence)]).toEqual([1, [7, 9]]);
});

test('an adapter that is lost is not waited for', () => {
  const { past, done } = search();
  past.expect('one');
  past.expect('two');
  past.hear('one', CERTAIN);
  past.forget('two');
  expect(done()).toBe(1);
});

test('waits anew for an adapter that says that it still looks, and not for one that has answered', () => {
  const { past, asked } = search();
  past.expect('one');
  past.expect('two');
  past.hear('two', known());
  expect(asked()).toBe(1);
  past.wait('one');
  past.wait('two');
  expect(asked()).toBe(2);
});

test('goes on while no adapter is linked, whatever time passes', () => {
  const { past, done } = search();
  past.giveUp();
  past.expect('one');
  past.forget('one');
  past.giveUp();
  expect(done()).toBe(0);
});

test('gives up on an adapter that does not answer, and ends once', () => {
  const { past, done } = search();
  past.expect('one');
  past.giveUp();
  past.hear('one', CERTAIN);
  expect(done()).toBe(1);
});

test('a gateway that has just started waits for the adapters that are not linked yet before it has one look', () => {
  const { past, recalls, surroundings, done } = search({ allLinked: false, looker: 'one' });
  past.expect('one');
  past.hear('one', known());
  past.giveUp();
  expect([done(), recalls]).toEqual([0, []]);
  surroundings.allLinked = true;
  past.look();
  expect(recalls).toEqual(['one']);
});

test('an adapter that is lost while it looks at the bus is replaced by another one', () => {
  const { past, recalls, surroundings, done } = search({ looker: 'one' });
  past.expect('one');
  past.hear('one', known());
  surroundings.looker = 'two';
  past.forget('one');
  expect([done(), recalls]).toEqual([0, ['one', 'two']]);
  past.hear('two', known({ sequence: 9 }));
  expect(done()).toBe(1);
});

test('when the only adapter is lost while it looks at the bus, the next one that links looks there', () => {
  const { past, recalls, surroundings, done } = search({ looker: 'one' });
  past.expect('one');
  past.hear('one', known());
  surroundings.looker = undefined;
  past.forget('one');
  past.giveUp();
  expect(done()).toBe(0);
  surroundings.looker = 'new';
  past.expect('new');
  past.hear('new', known());
  expect([done(), recalls.at(-1)]).toEqual([0, 'new']);
  past.hear('new', known({ sequence: 9 }));
  expect(done()).toBe(1);
});

test('begins to wait anew for whom it asks, so that each adapter has the whole time for its answer', () => {
  const { past, asked } = search({ looker: 'one' });
  past.expect('one');
  past.expect('two');
  expect(asked()).toBe(1);
  past.hear('one', known());
  past.hear('two', known());
  expect(asked()).toBe(2);
});
