import type { JambonzCommand } from '@jambus/schema';
import { createCommandDesk } from '../src/command-desk.ts';
import { createClient } from '../src/create-client.ts';
import { type JambusClient, otherType } from '../src/index.ts';

const SAY: JambonzCommand = { type: 'command', command: 'redirect', data: [{ say: { text: 'Hello' } }] };
const CALL = 'fea06c16-2b4c-4f2b-9f4e-2a8d0d3d9a51';

/** A client of a bus that must not be reached. */
function clientOfNoBus(): JambusClient {
  const reached = (): never => {
    throw new Error('it went on to the bus');
  };
  return createClient({
    desk: createCommandDesk({ connected: reached, publish: reached }),
    source: '/test',
    drainMs: 0,
    api: undefined,
    claimCalls: reached,
    onTrouble: () => {},
    subscribeEvents: reached,
    subscribeResults: reached,
    flush: async () => {},
    disconnect: async () => {},
  });
}

test.each(['', 'a.b', 'a b', '*', '>', 'a\n'])(
  'a call_sid that is no token of a subject is refused: %j',
  async (callSid) => {
    const client = clientOfNoBus();
    await expect(client.commands.send(callSid, SAY)).rejects.toMatchObject({ code: 'bad_message' });
    expect(() => client.events.subscribe({ callSid })).toThrow('callSid');
    expect(() => client.results.subscribe({ callSid })).toThrow('callSid');
  },
);

test.each([
  ['an empty id', { id: '' }],
  ['a header in the id', { id: 'a\r\nb: c' }],
  ['an endless id', { id: 'x'.repeat(513) }],
  ['no time at all', { expiresInMs: 0 }],
  ['a time that is no number', { expiresInMs: Number.NaN }],
  ['an empty ifverbid', { ifverbid: '' }],
  ['an ifsequence that no event has', { ifsequence: -1 }],
  ['a header in the traceparent', { traceparent: 'a\nb' }],
])('an option that the adapter would not understand is refused: %s', async (_, options) => {
  await expect(clientOfNoBus().commands.send(CALL, SAY, options)).rejects.toMatchObject({ code: 'bad_message' });
});

test('a durable name or a type that not every bus takes is refused', () => {
  const { events } = clientOfNoBus();
  expect(() => events.subscribe({ durable: 'a.b' })).toThrow('durable');
  expect(() => events.subscribe({ durable: '' })).toThrow('durable');
  expect(() => events.subscribe({ type: otherType('verb:*') })).toThrow('type');
});
