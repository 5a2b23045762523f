import * as fc from 'fast-check';
import { callSidOf, subjectOf } from '../../packages/bus/src/drivers/nats/subjects.ts';
import type { BusMessage } from '../../packages/bus/src/index.ts';
import { BusPrefix, busNames, isCallSid, MAX_CALL_SID_BYTES } from '../../packages/schema/src/index.ts';
import { anyName } from './bus-arbitraries.ts';
import { BUS_FUZZ_MS, BUS_FUZZ_RUNS } from './bus-runs.ts';

const NAMES = busNames('p'.repeat(BusPrefix.maxLength ?? 0));
/** A line of the protocol may have 4,096 bytes, with an inbox and sizes behind the subject. */
const MOST_SUBJECT_BYTES = 2_048;
const CHANNELS = ['events', 'results', 'deadletters'] as const;

/** What was found once. */
const FOUND = [
  '\u00a0',
  'a\u3000b',
  '\u0001',
  'a\rb',
  'a\fb',
  '\u007f',
  '*',
  '>',
  'x*',
  '',
  '.',
  'a.b',
  '\ud800',
  '\ufffd',
  '.'.repeat(3_000),
  'é'.repeat(128),
  'é'.repeat(129),
  'x'.repeat(256),
]; // prettier-ignore

const message = (channel: BusMessage['channel'], callSid: string, type: string): BusMessage => ({
  channel,
  callSid,
  type,
  attributes: {},
  payload: new Uint8Array(0),
});

/** What a server says of a subject to publish on, and of one to look messages up by; measured on 2.9.10 and 2.15.2. */
function isTakenByTheServer(subject: string): boolean {
  if (Buffer.byteLength(subject) > MOST_SUBJECT_BYTES) return false;
  const tokens = Buffer.from(subject).toString('latin1').split('.');
  return tokens.every((token) => token !== '' && token !== '*' && token !== '>' && !/[\t\n\f\r \x7f]/.test(token));
}

function check(callSid: string, type: string): void {
  for (const channel of CHANNELS) {
    const subject = subjectOf(message(channel, callSid, type), NAMES);
    if (!isCallSid(callSid)) {
      expect(subject).toBe(channel === 'deadletters' ? `${NAMES.deadletters}._` : undefined);
      continue;
    }
    expect(Buffer.byteLength(callSid)).toBeLessThanOrEqual(MAX_CALL_SID_BYTES);
    if (subject === undefined || !isTakenByTheServer(subject))
      throw new Error(`no subject: ${JSON.stringify(subject)}`);
    // The address comes back as it was, through bytes.
    const back = Buffer.from(subject).toString();
    if (channel === 'events') expect(back.slice(NAMES.events.length + 1).split('.')[0]).toBe(callSid);
    else expect(callSidOf(back)).toBe(callSid);
  }
}

describe('whatever a call and a message are called', () => {
  const property = fc.property(anyName, anyName, check);
  const examples = FOUND.flatMap((name): [string, string][] => [
    [name, 'verb:status'],
    ['call', name],
  ]);

  test(
    'everything about a call can be published, or the call is none',
    () => fc.assert(property, { numRuns: BUS_FUZZ_RUNS, examples }),
    BUS_FUZZ_MS,
  );
});
