import { type CommandResult, JambusError } from '@jambus/schema';
import { eventually, settled } from '../../bus/test/support/eventually.ts';
import { gate } from '../../bus/test/support/gate.ts';
import { type CommandOutlet, createCommandDesk, type PublishOutcome } from '../src/command-desk.ts';
import { outgoingCommand } from '../src/outgoing-command.ts';

const STORED: PublishOutcome = { kind: 'stored' };
const DUPLICATE: PublishOutcome = { kind: 'duplicate' };
const UNANSWERED: PublishOutcome = {
  kind: 'unanswered',
  error: new JambusError('bus_unavailable', 'the line is dead'),
};
const REFUSED: PublishOutcome = { kind: 'refused', error: new JambusError('bus_unavailable', 'the bus is full') };
/** Longer than it takes until an attempt is repeated. */
const LONG_ENOUGH_MS = 700;

interface Attempt {
  readonly what: string;
  answer(outcome: PublishOutcome | JambusError): void;
}

/** A desk whose bus is the test. */
function deskOfTest({ resultMarginMs = 20 } = {}) {
  const attempts: Attempt[] = [];
  const bus = { connected: true };
  const outlet: CommandOutlet = {
    connected: () => bus.connected,
    publish: async ({ callSid, id }) => {
      const answer = gate<PublishOutcome | JambusError>();
      attempts.push({ what: `${callSid}/${id}`, answer: answer.open });
      const outcome = await answer.promise;
      if (outcome instanceof JambusError) throw outcome;
      return outcome;
    },
  };
  const desk = createCommandDesk(outlet, { resultMarginMs });
  const result = (callSid: string, commandId: string, how: Partial<CommandResult> = {}): void => {
    const full = { commandId, callSid, status: 'delivered', at: '2026-11-22T17:34:11.578Z', ...how };
    desk.take(callSid, Buffer.from(JSON.stringify(full)));
  };
  return {
    desk,
    bus,
    attempts,
    whats: () => attempts.map(({ what }) => what),
    result,
    send: (callSid: string, id: string, options: { expiresInMs?: number; signal?: AbortSignal } = {}) => {
      const command = outgoingCommand('/test', callSid, { type: 'ack', msgid: 'm' }, { id, ...options });
      const sent = desk.send(command, options.signal).then(
        ({ status, code, detail }) => [status, code ?? detail].filter((text) => text !== undefined).join(' '),
        ({ code, message }: JambusError) => `${code}: ${message}`,
      );
      return sent;
    },
    answer: async (index: number, outcome: PublishOutcome | JambusError) => {
      attempts[index]?.answer(outcome);
      await settled();
    },
  };
}

test('of one call one command at a time is unconfirmed; calls do not wait for each other', async () => {
  const { desk, send, whats, answer } = deskOfTest();
  for (const id of ['1', '2']) for (const call of ['a', 'b']) void send(call, id);
  expect(whats()).toEqual(['a/1', 'b/1']);
  await answer(1, STORED);
  expect(whats()).toEqual(['a/1', 'b/1', 'b/2']);
  await answer(0, REFUSED);
  expect(whats()).toEqual(['a/1', 'b/1', 'b/2', 'a/2']);
  desk.close(new JambusError('stopped', 'over'));
});

test('a result that overtakes the confirmation is told when that has come', async () => {
  const { send, result, answer } = deskOfTest();
  const told: string[] = [];
  const sent = send('a', '1').then((outcome) => told.push(outcome));
  result('a', '1', { detail: 'quick' });
  await settled();
  expect(told).toEqual([]);
  await answer(0, STORED);
  await sent;
  expect(told).toEqual(['delivered quick']);
});

test('a command that the bus drops is a duplicate, though the one before it has just been delivered', async () => {
  const { send, result, answer } = deskOfTest();
  const sent = send('a', '1');
  result('a', '1', { detail: 'of the one before' });
  await answer(0, DUPLICATE);
  expect(await sent).toMatch(/^rejected duplicate/);
});

test('what no attempt was answered for is published again when the bus is back, ahead of those behind it', async () => {
  const { bus, send, result, answer, whats } = deskOfTest();
  const [first, second] = [send('a', '1'), send('a', '2')];
  bus.connected = false;
  await answer(0, UNANSWERED);
  await send('b', 'passes the time', { expiresInMs: LONG_ENOUGH_MS });
  expect(whats()).toEqual(['a/1']);
  bus.connected = true;
  await eventually(() => expect(whats()).toEqual(['a/1', 'a/1']));
  // Its own first publish has arrived after all.
  await answer(1, DUPLICATE);
  result('a', '1');
  expect(await first).toBe('delivered');
  await answer(2, STORED);
  result('a', '2');
  expect(await second).toBe('delivered');
  expect(whats()).toEqual(['a/1', 'a/1', 'a/2']);
});

test('with a connection, an attempt without answer is repeated before long', async () => {
  const { send, result, answer, whats } = deskOfTest();
  const sent = send('a', '1');
  await answer(0, UNANSWERED);
  await eventually(() => expect(whats()).toEqual(['a/1', 'a/1']));
  await answer(1, STORED);
  result('a', '1');
  expect(await sent).toBe('delivered');
});

test('a refusal after an attempt without answer says nothing about the command, which is tried on', async () => {
  const { send, result, answer, whats } = deskOfTest();
  const sent = send('a', '1');
  await answer(0, UNANSWERED);
  await eventually(() => expect(whats()).toEqual(['a/1', 'a/1']));
  await answer(1, REFUSED);
  await eventually(() => expect(whats()).toEqual(['a/1', 'a/1', 'a/1']));
  await answer(2, STORED);
  result('a', '1');
  expect(await sent).toBe('delivered');
});

test('a result is enough for a command whose publish was not answered', async () => {
  const { send, result, answer, whats } = deskOfTest();
  const sent = [send('a', '1'), send('b', '1')];
  result('b', '1');
  await answer(0, UNANSWERED);
  await answer(1, UNANSWERED);
  result('a', '1');
  expect(await Promise.all(sent)).toEqual(['delivered', 'delivered']);
  expect(whats()).toEqual(['a/1', 'b/1']);
});

test('a refusal of the first attempt is the outcome, and so is an attempt that fails', async () => {
  const { send, answer } = deskOfTest();
  const sent = [send('a', '1'), send('b', '1')];
  await answer(0, REFUSED);
  await answer(1, new JambusError('bus_refused', 'too large'));
  expect(await Promise.all(sent)).toEqual(['bus_unavailable: the bus is full', 'bus_refused: too large']);
});

test('without a connection commands wait, those given up in the meantime are never published, the others in order', async () => {
  const { bus, desk, send, whats, answer } = deskOfTest();
  bus.connected = false;
  const changedMind = new AbortController();
  const expired = send('a', '1', { expiresInMs: 1 });
  const aborted = send('a', '2', { signal: changedMind.signal });
  void send('a', '3');
  void send('a', '4');
  changedMind.abort();
  expect(await aborted).toMatch(/^stopped: /);
  expect(await expired).toMatch(/^bus_unavailable: command 1 of call a expired before it could be published/);
  bus.connected = true;
  await eventually(() => expect(whats()).toEqual(['a/3']));
  await answer(0, STORED);
  expect(whats()).toEqual(['a/3', 'a/4']);
  desk.close(new JambusError('stopped', 'over'));
});

test('a command without an answer until it has expired holds up those behind it no longer, though it is waited for', async () => {
  const { send, result, answer, whats, desk } = deskOfTest({ resultMarginMs: 60_000 });
  const late = send('a', '1', { expiresInMs: 50 });
  void send('a', '2');
  await answer(0, UNANSWERED);
  await eventually(() => expect(whats()).toEqual(['a/1', 'a/2']));
  result('a', '1');
  expect(await late).toBe('delivered');
  desk.close(new JambusError('stopped', 'over'));
});

test('a command that was not confirmed says what is known once it has expired', async () => {
  const { send, answer } = deskOfTest();
  const lost = send('a', '1', { expiresInMs: 1 });
  await answer(0, UNANSWERED);
  expect(await lost).toBe(
    'bus_unavailable: command 1 of call a was not confirmed until it had expired: the line is dead. ' +
      'If it was delivered is not known',
  );
});

test('a result that comes before a command is published is that of an earlier one', async () => {
  const { send, result, answer } = deskOfTest();
  void send('a', '1');
  const second = send('a', '2');
  result('a', '2', { status: 'rejected', code: 'expired' });
  await answer(0, REFUSED);
  await answer(1, STORED);
  result('a', '2');
  expect(await second).toBe('delivered');
});

test('without a result it says so once the command has expired', async () => {
  const { send, answer } = deskOfTest();
  const sent = send('a', '1', { expiresInMs: 1 });
  await answer(0, STORED);
  expect(await sent).toMatch(/^bus_unavailable: no result of command 1 of call a until it had expired: is an adapter/);
});

test('results have to be known since the oldest command that was published and has none', async () => {
  const { bus, desk, send, result, answer } = deskOfTest();
  expect(desk.waitingSince).toBeUndefined();
  const before = Date.now();
  const first = send('a', '1');
  const after = Date.now();
  await eventually(() => expect(Date.now()).toBeGreaterThan(after));
  void send('b', '1');
  expect(desk.waitingSince).toBeGreaterThanOrEqual(before);
  expect(desk.waitingSince).toBeLessThanOrEqual(after);
  await answer(0, STORED);
  result('a', '1');
  await first;
  expect(desk.waitingSince).toBeGreaterThan(after);
  await answer(1, STORED);
  result('b', '1');
  bus.connected = false;
  void send('c', '1');
  expect(desk.waitingSince).toBeUndefined();
  desk.close(new JambusError('stopped', 'over'));
});

test('closed, it gives out what it knows and the reason for the rest, and publishes nothing more', async () => {
  const { desk, send, result, answer, whats } = deskOfTest();
  const sent = [send('a', '1'), send('a', '2'), send('b', '1')];
  result('b', '1');
  desk.close(new JambusError('stopped', 'closed'));
  expect(await Promise.all(sent)).toEqual(['stopped: closed', 'stopped: closed', 'delivered']);
  await answer(0, STORED);
  expect(await send('c', '1')).toBe('stopped: closed');
  expect(whats()).toEqual(['a/1', 'b/1']);
  await desk.settled();
});
