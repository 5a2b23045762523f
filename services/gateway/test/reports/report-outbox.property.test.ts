import fc from 'fast-check';
import type { ReportOutbox } from '../../src/reports/report-outbox.ts';
import { FakeLink, outboxWith, push } from './report-harness.ts';

/*
 * Whatever adapters come, go, come back, drain and confirm: every report arrives, and those of a call first arrive in order.
 */

type Step =
  | { readonly kind: 'push'; readonly call: number }
  | { readonly kind: 'join' }
  | { readonly kind: 'leave' | 'return' | 'drain'; readonly which: number }
  | { readonly kind: 'confirm'; readonly which: number; readonly count: number };

const which = fc.nat(9);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('push' as const), call: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'return', 'drain'), which }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('confirm' as const), which, count: fc.nat(4) }) },
);

/** What an adapter life has, over all its connections. */
interface Adapter {
  link: FakeLink;
  readonly received: { readonly call: string; readonly sequence: number }[];
  taken: number;
}

class Bus {
  readonly adapters: Adapter[] = [];
  /** What the bus has, in the order it was confirmed. */
  readonly events: { readonly call: string; readonly sequence: number }[] = [];
  readonly #outbox: ReportOutbox;
  #joined = 0;

  constructor(outbox: ReportOutbox) {
    this.#outbox = outbox;
  }

  join(): void {
    const link = new FakeLink(`adapter-${this.#joined++}`);
    this.adapters.push({ link, received: [], taken: 0 });
    this.#outbox.connect(link, undefined);
  }

  confirm(adapter: Adapter, count: number): void {
    adapter.received.push(...adapter.link.received.splice(0));
    const upTo = Math.min(adapter.taken + count, adapter.received.length);
    this.events.push(...adapter.received.slice(adapter.taken, upTo));
    adapter.taken = upTo;
    if (upTo > 0) this.#outbox.taken(adapter.link, upTo);
  }

  leave(adapter: Adapter): void {
    this.adapters.splice(this.adapters.indexOf(adapter), 1);
    this.#outbox.disconnect(adapter.link, true);
  }

  /** The connection is cut, and the adapter is back on another one before anybody has given it up. */
  comeBack(adapter: Adapter): void {
    adapter.received.push(...adapter.link.received.splice(0));
    const { id } = adapter.link;
    this.#outbox.disconnect(adapter.link, false);
    const link = new FakeLink(id);
    const keeps = this.#outbox.keeps(link);
    if (!keeps) Object.assign(adapter, { received: [], taken: 0 });
    adapter.link = link;
    this.#outbox.connect(link, keeps ? { received: adapter.received.length, taken: adapter.taken } : undefined);
  }
}

test('every report arrives, and those of a call first arrive in order', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 150, size: 'max' }), (steps) => {
      const outbox = outboxWith({ returnMs: 60_000 });
      const bus = new Bus(outbox);
      const pushed = new Map<string, number>();
      for (const each of steps) {
        if (each.kind === 'push') {
          const call = `call-${each.call}`;
          const sequence = (pushed.get(call) ?? 0) + 1;
          pushed.set(call, sequence);
          push(outbox, call, sequence);
        } else if (each.kind === 'join') bus.join();
        else if (bus.adapters.length > 0) {
          const adapter = bus.adapters[each.which % bus.adapters.length] as Adapter;
          if (each.kind === 'confirm') bus.confirm(adapter, each.count);
          else if (each.kind === 'leave') bus.leave(adapter);
          else if (each.kind === 'return') bus.comeBack(adapter);
          else outbox.drain(adapter.link);
        }
      }
      bus.join();
      for (let rounds = 0; outbox.pending > 0 && rounds < 1_000; rounds++) {
        for (const adapter of bus.adapters) bus.confirm(adapter, 4);
      }
      expect([outbox.pending, outbox.pendingBytes]).toEqual([0, 0]);
      for (const [call, count] of pushed) {
        const sequences = bus.events.filter((event) => event.call === call).map(({ sequence }) => sequence);
        expect(sequences).toEqual(Array.from({ length: count }, (_, i) => i + 1));
      }
      outbox.close();
    }),
  );
});
