import type { BusMessage } from '@jambus/bus';
import type { SimulatedCall } from '../simulator/index.ts';
import { type Cluster, delay, eventually, type GatewayHandle, startCluster } from './cluster-harness.ts';

/*
 * What jambus promises (G1 to G6), each with the fault that would break it, on the memory bus. Every command here is a
 * `tag`-like one-way message whose number can be found again in what the call received.
 */

/** A command that jambonz takes at any time and that carries a number. */
function numbered(n: number): object {
  return {
    type: 'command',
    command: 'redirect',
    queueCommand: true,
    data: [{ verb: 'pause', id: `n${n}`, length: 0 }],
  };
}

/** The numbers a call has received, in the order they came. */
function numbersOf(call: SimulatedCall): number[] {
  return call.received.flatMap(({ message }) => {
    const id = (message?.['data'] as [{ id?: string }] | undefined)?.[0]?.id;
    return id?.startsWith('n') === true ? [Number(id.slice(1))] : [];
  });
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

let cluster: Cluster;
let gateway: GatewayHandle;

beforeEach(async () => {
  cluster = await startCluster();
  gateway = await cluster.addGateway();
});
afterEach(() => cluster.close());

/** The call has got its last command. A result may be on the bus before jambonz has read what it tells of. */
function gotAll(calls: readonly SimulatedCall[], count: number): Promise<void> {
  return eventually('the last commands', () => calls.every((call) => numbersOf(call).includes(count - 1)));
}

/** The events of a call on the bus, without those a crash made come twice: they have the same id. */
async function eventsOf(call: SimulatedCall): Promise<BusMessage[]> {
  const events = (await cluster.messages('events')).filter(({ callSid }) => callSid === call.callSid);
  const seen = new Set<string | undefined>();
  return events.filter(({ attributes: { id } }) => !seen.has(id) && seen.add(id));
}

/**
 * The events of a call on the bus have the order and the bytes of what it said, and are numbered without a gap.
 *
 * @param cutAt how much it had said when its websocket was cut: the last of that may be gone with the buffers
 */
async function expectEventsOf(call: SimulatedCall, cutAt = 0): Promise<void> {
  const said = () => call.sent.map(({ raw }) => raw.toString());
  const heard = async () => (await eventsOf(call)).map(({ payload }) => Buffer.from(payload).toString());
  await eventually('all events on the bus', async () => {
    const events = await heard();
    return events.length >= said().length - cutAt && events.at(-1) === said().at(-1);
  });
  const events = await heard();
  const before = events.length - said().length + cutAt;
  expect(events).toEqual([...said().slice(0, before), ...said().slice(cutAt)]);
  expect(before).toBeLessThanOrEqual(cutAt);
  const sequences = (await eventsOf(call)).map(({ attributes }) => Number(attributes['sequence']));
  expect(sequences).toEqual(upTo(events.length).map((i) => i + 1));
}

describe('G1: order', () => {
  test('commands of a call reach its websocket in bus order, its events reach the bus in socket order', async () => {
    await cluster.addAdapter();
    await cluster.addAdapter();
    const calls = await cluster.liveCalls(gateway, 10);
    const positions = upTo(50).flatMap((n) => calls.map(({ callSid }) => cluster.publish(callSid, numbered(n))));
    await cluster.settled(positions);
    await gotAll(calls, 50);
    for (const call of calls) expect(numbersOf(call)).toEqual(upTo(50));
    for (const call of calls) await expectEventsOf(call);
  });

  test('both hold when the websockets drop in the middle', async () => {
    await cluster.addAdapter();
    const calls = await cluster.liveCalls(gateway, 5);
    const positions: string[] = [];
    const cutAt = new Map<SimulatedCall, number>();
    for (const n of upTo(40)) {
      for (const call of calls) {
        if (n === 20) {
          cutAt.set(call, call.sent.length);
          call.drop();
        }
        positions.push(cluster.publish(call.callSid, numbered(n)));
      }
      await delay(2);
    }
    await cluster.settled(positions);
    await gotAll(calls, 40);
    for (const call of calls) {
      // What was in the cut socket's buffers when it was cut is gone with it; nothing is doubled or reordered.
      const numbers = numbersOf(call);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      expect(numbers.slice(-15)).toEqual(upTo(40).slice(-15));
      await expectEventsOf(call, cutAt.get(call));
    }
  });
});

describe('G2: at least once, one effect', () => {
  test('an adapter that dies in the middle loses no command and doubles none', async () => {
    const dying = await cluster.addAdapter();
    const calls = await cluster.liveCalls(gateway, 10);
    await cluster.addAdapter();
    const positions: string[] = [];
    for (const n of upTo(60)) {
      for (const { callSid } of calls) positions.push(cluster.publish(callSid, numbered(n)));
      if (n === 30) dying.kill();
      await delay(1);
    }
    await cluster.settled(positions);
    await gotAll(calls, 60);
    for (const call of calls) expect(numbersOf(call)).toEqual(upTo(60));
  });

  test('events that a dead adapter had not put on the bus arrive through another, none lost', async () => {
    const dying = await cluster.addAdapter();
    const calls = await cluster.liveCalls(gateway, 5);
    dying.cable.away = true;
    for (const n of upTo(20)) for (const call of calls) void call.send('verb:status', { data: { event: `e${n}` } });
    await delay(30);
    dying.kill();
    await cluster.addAdapter();
    for (const call of calls) await expectEventsOf(call);
  });

  test('a link that is cut in the middle loses no command and doubles none', async () => {
    const adapter = await cluster.addAdapter();
    const calls = await cluster.liveCalls(gateway, 10);
    const positions: string[] = [];
    for (const n of upTo(60)) {
      for (const { callSid } of calls) positions.push(cluster.publish(callSid, numbered(n)));
      if (n === 20) adapter.links[0]?.cut();
      if (n === 40) adapter.links[0]?.restore();
      await delay(2);
    }
    await cluster.settled(positions);
    await gotAll(calls, 60);
    for (const call of calls) expect(numbersOf(call)).toEqual(upTo(60));
    for (const call of calls) await expectEventsOf(call);
  });
});

describe('G3: one outcome', () => {
  test('every command gets exactly one terminal result, whatever is wrong with it', async () => {
    await cluster.addAdapter();
    const [call] = await cluster.liveCalls(gateway, 1);
    const callSid = (call as SimulatedCall).callSid;
    const before = (await cluster.terminalResults()).length;
    const positions = upTo(40).map((n) => {
      const kind = n % 6;
      if (kind === 0) return cluster.publish(callSid, 'not json');
      if (kind === 1) return cluster.publish('never-was', numbered(n));
      if (kind === 2) return cluster.publish(callSid, numbered(n), { expirytime: '2020-01-01T00:00:00Z' });
      if (kind === 3) return cluster.publish(callSid, numbered(n), { id: 'the-same' });
      return cluster.publish(callSid, numbered(n), { id: `id-${n}` });
    });
    await cluster.settled(positions);
    const results = await cluster.terminalResults();
    expect(results).toHaveLength(before + positions.length);
    expect(new Set(results.map(({ attributes }) => attributes['id'])).size).toBe(results.length);
  });

  test('a result that a crash makes come twice has the same CloudEvents id', async () => {
    const dying = await cluster.addAdapter();
    const calls = await cluster.liveCalls(gateway, 5);
    await cluster.addAdapter();
    const positions: string[] = [];
    for (const n of upTo(40)) {
      for (const { callSid } of calls) positions.push(cluster.publish(callSid, numbered(n)));
      if (n === 20) dying.kill();
      await delay(1);
    }
    await cluster.settled(positions);
    const statusById = new Map<string, Set<string>>();
    for (const { attributes, payload } of await cluster.terminalResults()) {
      const { status } = JSON.parse(Buffer.from(payload).toString());
      const id = attributes['id'] as string;
      statusById.set(id, (statusById.get(id) ?? new Set()).add(status));
    }
    for (const position of positions) expect([...(statusById.get(`result/${position}`) ?? [])]).toEqual(['delivered']);
  });

  test('verbs with ids get started and finished results behind the delivered one', async () => {
    await cluster.addAdapter();
    const [call] = await cluster.liveCalls(gateway, 1);
    const verbs = [{ verb: 'say', id: 'tracked', text: 'hi' }];
    const command = { type: 'command', command: 'redirect', data: verbs };
    cluster.publish((call as SimulatedCall).callSid, command, { id: 'cmd' });
    const ofCommand = async () => (await cluster.results()).filter(({ commandId }) => commandId === 'cmd');
    await eventually('the finished result', async () =>
      (await ofCommand()).some(({ status }) => status === 'finished'),
    );
    expect((await ofCommand()).map(({ status, verbId }) => [status, verbId])).toEqual([
      ['delivered', undefined],
      ['started', 'tracked'],
      ['finished', 'tracked'],
    ]);
  });
});

describe('G4: no stale command', () => {
  const soon = () => ({ expirytime: new Date(Date.now() + 150).toISOString() });

  test('one that expired while the websocket was away never reaches the call', async () => {
    await cluster.addAdapter();
    const [call] = await cluster.liveCalls(gateway, 1, { reconnectSpeed: 1 });
    const { callSid } = call as SimulatedCall;
    // With nothing left to say it comes back after half a second, and not at once.
    await call?.waitFor(({ raw }) => raw.includes('"finished","id":"hi"'));
    call?.drop();
    await eventually('the drop', () => call?.connected === false);
    const position = cluster.publish(callSid, numbered(1), soon());
    await cluster.settled([position]);
    await eventually('the reconnect', () => call?.connected === true);
    const later = cluster.publish(callSid, numbered(2));
    await cluster.settled([later]);
    expect(numbersOf(call as SimulatedCall)).toEqual([2]);
    expect((await cluster.results()).map(({ code }) => code)).toContain('expired');
  });

  test('one that expired on the bus before any adapter read it never reaches the call', async () => {
    const first = await cluster.addAdapter();
    const [call] = await cluster.liveCalls(gateway, 1);
    const { callSid } = call as SimulatedCall;
    await first.stop();
    const stale = cluster.publish(callSid, numbered(1), soon());
    await delay(200);
    const fresh = cluster.publish(callSid, numbered(2));
    await cluster.addAdapter();
    await cluster.settled([stale, fresh]);
    expect(numbersOf(call as SimulatedCall)).toEqual([2]);
  });

  test('one that expired while the link was down never reaches the call', async () => {
    const adapter = await cluster.addAdapter();
    const [call] = await cluster.liveCalls(gateway, 1);
    const { callSid } = call as SimulatedCall;
    adapter.links[0]?.cut();
    // What is on its way when the link goes is waited for: its gateway may have decided it.
    await eventually('the link is known to be down', () =>
      adapter.adapter.calls().some((each) => each.gateway === undefined),
    );
    const stale = cluster.publish(callSid, numbered(1), soon());
    await cluster.settled([stale]);
    adapter.links[0]?.restore();
    const fresh = cluster.publish(callSid, numbered(2));
    await cluster.settled([fresh]);
    expect(numbersOf(call as SimulatedCall)).toEqual([2]);
  });
});

describe('G5: no poison', () => {
  test('what cannot be processed goes to the dead letters and blocks nobody', async () => {
    await cluster.addAdapter();
    const calls = await cluster.liveCalls(gateway, 3);
    const positions = upTo(20).flatMap((n) => [
      ...calls.map(({ callSid }) => cluster.publish(callSid, numbered(n))),
      cluster.publish((calls[0] as SimulatedCall).callSid, '\u0000 poison'),
    ]);
    cluster.broker.publishCommand({ callSid: undefined, attributes: {}, payload: Buffer.from('{}') });
    await cluster.settled(positions);
    await gotAll(calls, 20);
    for (const call of calls) expect(numbersOf(call)).toEqual(upTo(20));
    await eventually('the dead letters', async () => (await cluster.messages('deadletters')).length === 21);
  });

  test('a bus that refuses to take results holds commands back and dead-letters none of them', async () => {
    const adapter = await cluster.addAdapter();
    const [call] = await cluster.liveCalls(gateway, 1);
    const { callSid } = call as SimulatedCall;
    adapter.cable.away = true;
    const positions = upTo(10).map((n) => cluster.publish(callSid, numbered(n)));
    await delay(200);
    adapter.cable.away = false;
    await cluster.settled(positions);
    expect(numbersOf(call as SimulatedCall)).toEqual(upTo(10));
    expect(await cluster.messages('deadletters')).toEqual([]);
  });

  test('a stop while commands wait dead-letters none of them: the next adapter delivers them', async () => {
    const first = await cluster.addAdapter();
    const calls = await cluster.liveCalls(gateway, 3);
    first.links[0]?.cut();
    const positions = upTo(5).flatMap((n) => calls.map(({ callSid }) => cluster.publish(callSid, numbered(n))));
    await delay(50);
    await first.stop();
    await cluster.addAdapter();
    await cluster.settled(positions);
    await gotAll(calls, 5);
    for (const call of calls) expect(numbersOf(call)).toEqual(upTo(5));
    expect(await cluster.messages('deadletters')).toEqual([]);
  });

  test('a stop in the middle dead-letters nothing: the next adapter goes on where it ended', async () => {
    const first = await cluster.addAdapter();
    const calls = await cluster.liveCalls(gateway, 5);
    const positions = upTo(60).flatMap((n) => calls.map(({ callSid }) => cluster.publish(callSid, numbered(n))));
    await first.stop();
    await cluster.addAdapter();
    await cluster.settled(positions);
    await gotAll(calls, 60);
    for (const call of calls) expect(numbersOf(call)).toEqual(upTo(60));
    expect(await cluster.messages('deadletters')).toEqual([]);
  });
});

describe('G6: no silent loss', () => {
  const chatter = (call: SimulatedCall, count: number, bytes: number): void => {
    for (const n of upTo(count)) {
      void call.send('verb:status', { data: { event: `e${n}`, padding: 'x'.repeat(bytes) } });
    }
  };

  test('a bus that stands still stops the reading from jambonz, and nothing is lost when it moves again', async () => {
    const slow = await cluster.addGateway({ JAMBUS_EVENT_BUFFER_BYTES: '2097152', JAMBUS_EVENT_WINDOW: '16' });
    const adapter = await cluster.addAdapter();
    const calls = await cluster.liveCalls(slow, 4);
    adapter.cable.away = true;
    // Far more than the gateway may keep: the rest waits in the sockets.
    for (const call of calls) chatter(call, 400, 8_000);
    await delay(300);
    adapter.cable.away = false;
    for (const call of calls) await expectEventsOf(call);
  });

  test('what is shed shows as a gap in the sequence, and the end of the call is never shed', async () => {
    const full = await cluster.addGateway({
      JAMBUS_EVENT_BUFFER_BYTES: '1048576',
      JAMBUS_MAX_INBOUND_BYTES: '1048576',
      JAMBUS_EVENT_WINDOW: '4',
    });
    const adapter = await cluster.addAdapter();
    const [call, ...others] = await cluster.liveCalls(full, 8);
    adapter.cable.away = true;
    // What all have waiting is below the point where reading stops, and there is no room for one large message.
    for (const other of others) void other.send('verb:status', { data: { padding: 'x'.repeat(60_000) } });
    await delay(100);
    void call?.send('verb:status', { data: { padding: 'x'.repeat(700_000) } });
    call?.hangup();
    await delay(200);
    adapter.cable.away = false;
    const ofCall = async () => (await cluster.messages('events')).filter(({ callSid }) => callSid === call?.callSid);
    await eventually('the end of the call', async () =>
      (await ofCall()).some(({ payload }) => Buffer.from(payload).includes('"completed"')),
    );
    const sequences = (await ofCall()).map(({ attributes }) => Number(attributes['sequence']));
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(sequences.at(-1)).toBeGreaterThan(sequences.length);
  });
});
