import { busNames, isCallSid } from '@jambus/schema';
import fc from 'fast-check';
import {
  callSidOf,
  natsNames,
  partitionFilter,
  partitionsOfTransform,
  partitionTransform,
  subjectOf,
} from '../../../src/drivers/nats/subjects.ts';
import type { BusMessage } from '../../../src/port/index.ts';

const NAMES = busNames();

function message(parts: Partial<BusMessage>): BusMessage {
  return {
    channel: 'events',
    callSid: 'sid',
    type: 'verb:status',
    attributes: {},
    payload: new Uint8Array(0),
    ...parts,
  };
}

test('an event is published under its call and, token by token, its type', () => {
  expect(subjectOf(message({}), NAMES)).toBe('jambonz.events.sid.verb.status');
  expect(subjectOf(message({ channel: 'results', type: 'delivered' }), NAMES)).toBe('jambonz.results.sid');
  expect(subjectOf(message({ channel: 'deadletters', type: 'invalid' }), NAMES)).toBe('jambonz.deadletters.sid');
});

test.each([
  ['odd type', 'jambonz.events.sid.odd_type'],
  ['a::b', 'jambonz.events.sid.a._.b'],
  ['x:>:*', 'jambonz.events.sid.x._._'],
  ['', 'jambonz.events.sid._'],
])('a type that NATS would not take, %j, cannot break the subject', (type, subject) => {
  expect(subjectOf(message({ type }), NAMES)).toBe(subject);
});

test.each(['', 'a.b', '*', '>', 'a b', 'a\r\nPUB x 0'])('a call id that is no token, %j, has no subject', (callSid) => {
  expect(subjectOf(message({ callSid }), NAMES)).toBeUndefined();
  expect(subjectOf(message({ callSid, channel: 'results' }), NAMES)).toBeUndefined();
});

test('every text has a subject that can be the id of a call, and no other', () => {
  const character = fc.oneof(
    fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    fc.string({ unit: 'binary' }),
  );
  const longer = fc.stringMatching(/^[a-z]{200,300}$/);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(character).map((all) => all.join('')),
        longer,
      ),
      (callSid) => {
        const subject = isCallSid(callSid) ? `jambonz.results.${callSid}` : undefined;
        expect(subjectOf(message({ callSid, channel: 'results' }), NAMES)).toBe(subject);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a dead letter has a subject whatever its call is called', () => {
  expect(subjectOf(message({ channel: 'deadletters', callSid: '' }), NAMES)).toBe('jambonz.deadletters._');
  expect(subjectOf(message({ channel: 'deadletters', callSid: 'a b' }), NAMES)).toBe('jambonz.deadletters._');
});

test('the call of a stored command is found with and without a partition in its subject', () => {
  expect(callSidOf('jambonz.commands.sid')).toBe('sid');
  expect(callSidOf('jambonz.commands.3.sid')).toBe('sid');
  expect(partitionFilter(NAMES, 1, 0)).toBe('jambonz.commands.*');
  expect(partitionFilter(NAMES, 8, 3)).toBe('jambonz.commands.3.*');
});

test('the partitions of a stream are read from its transform, and only from one of ours', () => {
  const { src, dest } = partitionTransform(NAMES, 12);
  expect(partitionsOfTransform(NAMES, src, dest)).toBe(12);
  expect(partitionsOfTransform(NAMES, src, dest.replace('(12,1)', '(12,2)'))).toBeUndefined();
  expect(partitionsOfTransform(NAMES, 'other.*', dest)).toBeUndefined();
  expect(partitionsOfTransform(busNames('other'), src, dest)).toBeUndefined();
});

test('streams and buckets have no dot in their names', () => {
  const { streams, positions, leases } = natsNames(busNames('eu.west'));
  for (const name of [...Object.values(streams), positions, leases]) expect(name).toMatch(/^[A-Za-z0-9_-]+$/);
});
