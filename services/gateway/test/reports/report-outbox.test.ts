import fc from 'fast-check';
import type { CallEvent } from '../../src/calls/call.ts';
import { createEventOutbox, type EventLane, type EventOutboxOptions } from '../../src/events/event-outbox.ts';

interface Received {
  readonly n: number;
  readonly event: CallEvent;
}

class FakeLane implements EventLane {
  readonly received: Received[] = [];
  readonly id: string;
  confirmed = 0;

  constructor(id: string) {
    this.id = id;
  }

  send(n: number, event: CallEvent): void {
    this.received.push({ n, event });
  }
}

function event(call: string, sequence: number): CallEvent {
  return { call, epoch: 1, sequence, type: 'verb:status', time: 0, application: '/' };
}

function outboxWith(options: Partial<EventOutboxOptions> = {}) {
  return createEventOutbox({
    windowEvents: 4,
    bufferBytes: 1_000_000,
    onCongestion() {},
    onShed() {},
    onTaken() {},
    ...options,
  });
}

const PAYLOAD = Buffer.from('{}');

describe('event outbox', () => {
  test('keeps events while no adapter is linked and sends them in order once one is', () => {
    const outbox = outboxWith();
    for (let i = 1; i <= 3; i++) outbox.push(event('a', i), PAYLOAD, false);
    const lane = new FakeLane('one');
    outbox.addLane(lane);
    expect(lane.received.map(({ n, event: { sequence } }) => [n, sequence])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  test('sends no more than the window before the adapter confirms', () => {
    const outbox = outboxWith();
    const lane = new FakeLane('one');
    outbox.addLane(lane);
    for (let i = 1; i <= 10; i++) outbox.push(event('a', i), PAYLOAD, false);
    expect(lane.received).toHaveLength(4);
    outbox.taken(lane, 3);
    expect(lane.received).toHaveLength(7);
    expect(outbox.pending).toBe(7);
  });

  test('sends what a dead link had not confirmed through another adapter, in order', () => {
    const outbox = outboxWith();
    const first = new FakeLane('one');
    outbox.addLane(first);
    for (let i = 1; i <= 6; i++) outbox.push(event('a', i), PAYLOAD, false);
    outbox.taken(first, 2);
    const second = new FakeLane('two');
    outbox.addLane(second);
    outbox.removeLane(first);
    outbox.taken(second, 4);
    expect(second.received.map(({ event: { sequence } }) => sequence)).toEqual([3, 4, 5, 6]);
    expect(outbox.pending).toBe(0);
  });

  test('stops reading before the buffer is full and reads again when it has drained', () => {
    const states: boolean[] = [];
    const outbox = outboxWith({ bufferBytes: 4_000, onCongestion: (congested) => states.push(congested) });
    for (let i = 1; i <= 12; i++) outbox.push(event('a', i), PAYLOAD, false);
    expect(states).toEqual([true]);
    const lane = new FakeLane('one');
    outbox.addLane(lane);
    for (let n = 1; n <= 12; n++) outbox.taken(lane, n);
    expect(states).toEqual([true, false]);
  });

  test('sheds with a report when nothing fits any more, but never what must be kept', () => {
    const shed: number[] = [];
    const outbox = outboxWith({ bufferBytes: 1_000, onShed: ({ sequence }) => shed.push(sequence) });
    for (let i = 1; i <= 5; i++) outbox.push(event('a', i), PAYLOAD, false);
    outbox.push({ ...event('a', 6), type: 'call:status' }, PAYLOAD, true);
    expect(shed).toEqual([4, 5]);
    const lane = new FakeLane('one');
    outbox.addLane(lane);
    expect(lane.received.map(({ event: { sequence } }) => sequence)).toEqual([1, 2, 3, 6]);
  });

  test('whatever adapters come, go and confirm, every event arrives and those of a call first arrive in order', () => {
    type Step =
      | { kind: 'push'; call: number }
      | { kind: 'join' }
      | { kind: 'leave'; which: number }
      | { kind: 'confirm'; which: number; count: number };
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('push' as const), call: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat(9) }) },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('confirm' as const), which: fc.nat(9), count: fc.nat(4) }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: 150, size: 'max' }), (steps) => {
        const outbox = outboxWith();
        const lanes: FakeLane[] = [];
        /** What the bus has, in the order it was confirmed. */
        const bus: CallEvent[] = [];
        const pushed = new Map<string, number>();
        let joined = 0;
        const confirm = (lane: FakeLane, count: number): void => {
          const upTo = Math.min(lane.confirmed + count, lane.received.length);
          bus.push(...lane.received.slice(lane.confirmed, upTo).map((received) => received.event));
          lane.confirmed = upTo;
          if (upTo > 0) outbox.taken(lane, upTo);
        };
        for (const each of steps) {
          if (each.kind === 'push') {
            const call = `call-${each.call}`;
            const sequence = (pushed.get(call) ?? 0) + 1;
            pushed.set(call, sequence);
            outbox.push(event(call, sequence), PAYLOAD, false);
          } else if (each.kind === 'join') {
            const lane = new FakeLane(`lane-${joined++}`);
            lanes.push(lane);
            outbox.addLane(lane);
          } else if (lanes.length > 0) {
            const lane = lanes[each.which % lanes.length] as FakeLane;
            if (each.kind === 'confirm') confirm(lane, each.count);
            else {
              lanes.splice(lanes.indexOf(lane), 1);
              outbox.removeLane(lane);
            }
          }
        }
        const last = new FakeLane('last');
        outbox.addLane(last);
        for (const lane of [...lanes, last]) while (lane.confirmed < lane.received.length) confirm(lane, 1);
        expect(outbox.pending).toBe(0);
        for (const [call, count] of pushed) {
          const sequences = bus.filter((each) => each.call === call).map(({ sequence }) => sequence);
          expect(sequences).toEqual(Array.from({ length: count }, (_, i) => i + 1));
        }
      }),
    );
  });
});
