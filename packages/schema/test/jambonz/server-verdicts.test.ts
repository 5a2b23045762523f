import { createRequire } from 'node:module';
import { bytes, command, parserWith } from './support.ts';
import { enumerate, OLD_VERBS } from './verdicts/enumerate.ts';

const library: { validate(logger: unknown, application: unknown): void } = createRequire(import.meta.url)(
  '@jambonz/verb-specifications',
);

function serverTakes(verb: unknown): boolean {
  try {
    library.validate({ info() {} }, [verb]);
    return true;
  } catch {
    return false;
  }
}

/** What jambus refuses although the check of 0.9.8 lets it pass, each for a reason of its own. */
const STRICTER: readonly RegExp[] = [
  // The constructors' rules, which the library does not know.
  /jambonz 0\.9\.8 needs "/,
  // Values that mean nothing to anybody; the server would take them, and then not do what was meant.
  /takes "speech" or "digits" here/,
  /takes 1 or 2 here/,
  /must be [<>]= \d/,
  /target: must NOT have fewer than 1 items/,
  // Values that are no object, or elements that are none, where the specification is content with less.
  /takes an? [a-z]+( or an? [a-z]+)? here, got (null|5|"a"|"mono"|an array of 1)$/,
  /has no property "nonsense" here/,
  /needs "url" here/,
  /takes "GET" or "POST" here/,
];

/** They have the parts with the most parts; the other verbs that have these parts are enumerated less deep. */
const DEEP = ['config', 'transcribe'];

test.each(Object.keys(OLD_VERBS))('%s: whatever 0.9.8 refuses is refused, and what it takes is taken', (verb) => {
  let taken = 0;
  let refused = 0;
  const surprises: string[] = [];
  for (const data of enumerate(verb, DEEP.includes(verb) ? 3 : 2)) {
    for (const written of [{ ...data, verb }, { [verb]: data }]) {
      const ours = parserWith().parse(bytes(command('redirect', [written])));
      const theirs = serverTakes(written);
      if (theirs) taken += 1;
      else refused += 1;
      if (ours.ok === theirs) continue;
      const messages = ours.ok ? ['taken here'] : ours.faults.map((fault) => fault.message);
      const unexpected = messages.filter((message) => !STRICTER.some((reason) => reason.test(message)));
      surprises.push(...unexpected.map((message) => `${JSON.stringify(written)}: ${message}`));
    }
  }
  expect(surprises.slice(0, 5)).toEqual([]);
  expect(taken).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
});
