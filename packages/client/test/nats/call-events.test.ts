import type { NatsLink } from '@jambus/bus/nats-connection';
import { busNames, toHeaders } from '@jambus/schema';
import { headers, type Msg, NatsError, type StoredMsg } from 'nats';
import { eventually } from '../../../bus/test/support/eventually.ts';
import { createCallLog } from '../../src/calls/call-log.ts';
import { readEventOf } from '../../src/event.ts';
import { followCall } from '../../src/nats/call-events.ts';
import { CALL, eventOf } from '../contract/client-scene.ts';

/** A link whose server has stored some events of a call, and lets others be heard only. */
function open() {
  const stored: StoredMsg[] = [];
  const troubles: string[] = [];
  let hear = (_: Msg): void => {};
  let failures = 0;
  let asked = 0;
  const message = (sequence: number) => {
    const { attributes, payload } = eventOf({ sequence });
    const header = headers();
    for (const [name, value] of Object.entries(toHeaders(attributes, 'ce-'))) header.append(name, value);
    return { header, headers: header, data: Buffer.from(payload) };
  };
  const getMessage = async (_: string, { seq }: { readonly seq: number }): Promise<StoredMsg> => {
    asked++;
    if (failures-- > 0) throw new NatsError('no responders', '503');
    const found = stored.find((each) => each.seq >= seq);
    if (found !== undefined) return found;
    const error = new NatsError('no message found', '404');
    throw Object.assign(error, { api_error: { code: 404, err_code: 10037, description: 'no message found' } });
  };
  const link = {
    jsm: { streams: { getMessage } },
    listen: () => () => {},
    subscribe: (_: string, onMessage: (message: Msg) => void) => {
      hear = onMessage;
      return { unsubscribe: () => {}, drain: () => {} };
    },
    onTrouble: ({ code }: { readonly code: string }) => troubles.push(code),
  } as unknown as NatsLink;
  const { attributes, payload } = eventOf({ sequence: 1 });
  const log = createCallLog(readEventOf(undefined, CALL, attributes, Buffer.from(payload)), () => {});
  const following = followCall({ link, names: busNames(), stream: 'events', callSid: CALL, after: 10, log });
  closing.push(() => following.close());
  return {
    log,
    troubles,
    asked: () => asked,
    store: (sequence: number) => void stored.push({ ...message(sequence), seq: 10 + sequence } as unknown as StoredMsg),
    hears: (sequence: number) => hear(message(sequence) as unknown as Msg),
    fails: (times: number) => {
      failures = times;
    },
    sequences: () => Array.from({ length: log.end }, (_, position) => log.at(position)?.sequence),
    caughtUp: following.caughtUp,
  };
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

test('an event that was not heard is read from the stream when the one behind it is heard', async () => {
  const { store, hears, sequences, asked } = open();
  // All that is looked at without a reason has been looked at.
  await eventually(() => expect(asked()).toBe(2));
  store(2);
  store(3);
  hears(3);
  await eventually(() => expect(sequences()).toEqual([1, 2, 3]), 5_000);
});

test('what the stream does not have either is passed over in a while', async () => {
  const { hears, store, sequences, caughtUp } = open();
  await caughtUp;
  hears(3);
  hears(5);
  expect(sequences()).toEqual([1]);
  // It is stored a little later than it was heard.
  store(2);
  await eventually(() => expect(sequences()).toEqual([1, 2, 3, 5]));
});

test('a server that cannot tell is asked again', async () => {
  const { fails, store, sequences, troubles, asked } = open();
  store(2);
  fails(2);
  await eventually(() => expect(sequences()).toEqual([1, 2]));
  expect(troubles.length).toBeGreaterThan(0);
  expect(asked()).toBeGreaterThan(2);
});

test('who hears all asks twice: when it begins, and when every server knows that it listens', async () => {
  const { hears, sequences, asked, caughtUp } = open();
  await caughtUp;
  for (let sequence = 2; sequence <= 50; sequence++) hears(sequence);
  await eventually(() => expect(asked()).toBe(2));
  expect(sequences()).toHaveLength(50);
});
