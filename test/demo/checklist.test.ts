import { createChecklist, type Sight, type Step } from './checklist.ts';
import type { Sighting } from './sighting.ts';

const PATIENT_MS = 60_000;

/** Sees a message to jambonz of this type; `bad` in it is a fault. */
function sight(type: string): Sight {
  return {
    is: (seen) => seen.kind === 'told' && seen.message['type'] === type,
    faultOf: (seen) => (seen.kind === 'told' && seen.message['bad'] === true ? `${type} is bad` : undefined),
  };
}

function told(type: string, more: object = {}): Sighting {
  return { kind: 'told', message: { type, ...more } };
}

const STEPS: readonly Step[] = [
  { title: 'first', sights: [sight('a')] },
  { title: 'second', sights: [sight('b'), sight('b too'), sight('b as well')] },
  { title: 'third', sights: [sight('c')] },
];

function watch(deadlineMs = PATIENT_MS) {
  return createChecklist(STEPS, deadlineMs, (seen) => JSON.stringify(seen));
}

test('steps in their order are good, whatever else is seen and however the rest of a step is spread', async () => {
  const checklist = watch();
  const marks = ['x', 'a', 'b as well', 'b', 'x', 'c', 'b too'].map((type) => checklist.see(told(type)));
  expect(marks).toEqual(['other', 'completes', 'belongs', 'belongs', 'other', 'completes', 'completes']);
  expect(await checklist.verdict).toEqual({ ok: true });
});

test('a step that begins before the one before it fails that one at once', async () => {
  const checklist = watch();
  checklist.see(told('a'));
  checklist.see(told('c'));
  expect(await checklist.verdict).toMatchObject({ ok: false, step: 2, why: expect.stringMatching(/came: .*"c"/) });
});

test('the right thing with the wrong content fails its step', async () => {
  const checklist = watch();
  checklist.see(told('a', { bad: true }));
  expect(await checklist.verdict).toEqual({ ok: false, step: 1, why: 'a is bad' });
});

test('something that does not come within the deadline fails its step and tells what was seen last', async () => {
  const checklist = watch(50);
  for (const type of ['a', 'b', 'b too', 'c', 'x']) checklist.see(told(type));
  expect(await checklist.verdict).toMatchObject({ ok: false, step: 2, why: expect.stringMatching(/within.*"x"/) });
});

test('the same thing again does not stand in for one that is missing', async () => {
  const checklist = watch(50);
  for (const type of ['a', 'b', 'b', 'b', 'c']) checklist.see(told(type));
  expect(await checklist.verdict).toMatchObject({ ok: false, step: 2 });
});

test('a part of a step that comes before the step before it has begun does not count', async () => {
  const checklist = watch(50);
  const marks = ['b too', 'a', 'b', 'b as well', 'c'].map((type) => checklist.see(told(type)));
  expect(marks[0]).toBe('other');
  expect(await checklist.verdict).toMatchObject({ ok: false, step: 2 });
});

test('what a step waits for may have to happen again later', async () => {
  const again = ['a', 'b', 'a', 'c'].map((type) => ({ title: type, sights: [sight(type)] as const }));
  const checklist = createChecklist(again, PATIENT_MS, (seen) => JSON.stringify(seen));
  const marks = ['a', 'b', 'a', 'c'].map((type) => checklist.see(told(type)));
  expect(marks).toEqual(['completes', 'completes', 'completes', 'completes']);
  expect(await checklist.verdict).toEqual({ ok: true });
});
