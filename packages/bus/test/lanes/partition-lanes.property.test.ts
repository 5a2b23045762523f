import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { CommandRecord, Outcome } from '../../src/index.ts';
import { eventually, settled } from '../support/eventually.ts';
import { watchedLanes } from '../support/lanes.ts';
import { recordOf } from '../support/records.ts';

type Step = 'retry' | 'throw' | 'done' | 'dead-letter' | 'hang';

interface Plan {
  readonly callSid: string | undefined;
  /** Gap in the offsets before this record. */
  readonly gap: number;
  /** What the handler does on the first, second … attempt. */
  readonly steps: readonly Step[];
  /** Turns of the event loop each attempt takes. */
  readonly turns: number;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  callSid: fc.constantFrom('a', 'b', 'c', undefined),
  gap: fc.nat(2),
  steps: fc
    .tuple(
      fc.array(fc.constantFrom<Step>('retry', 'throw'), { maxLength: 2 }),
      fc.oneof(
        { weight: 8, arbitrary: fc.constant<Step>('done') },
        { weight: 2, arbitrary: fc.constant<Step>('dead-letter') },
        { weight: 1, arbitrary: fc.constant<Step>('hang') },
      ),
    )
    .map(([trouble, last]) => [...trouble, last]),
  turns: fc.nat(3),
});

async function outcomeOf(step: Step | undefined): Promise<Outcome> {
  switch (step) {
    case 'retry':
      return { kind: 'retry', afterMs: 1, reason: 'test' };
    case 'throw':
      throw new Error('test');
    case 'dead-letter':
      return { kind: 'dead-letter', reason: 'internal', detail: '' };
    case 'hang':
      return new Promise(() => {});
    default:
      return { kind: 'done' };
  }
}

/** Indexes of the plans whose handler ever comes to an end: those not behind a hanging one of their call. */
function reachable(plans: readonly Plan[]): { started: Set<number>; finished: Set<number> } {
  const started = new Set<number>();
  const finished = new Set<number>();
  const hung = new Set<string>();
  plans.forEach(({ callSid, steps }, index) => {
    if (callSid !== undefined && hung.has(callSid)) return;
    started.add(index);
    if (steps.at(-1) !== 'hang') finished.add(index);
    else if (callSid !== undefined) hung.add(callSid);
  });
  return { started, finished };
}

test('whatever handlers do, a call keeps its order and the watermark is exact', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { maxLength: 30 }), async (plans) => {
      const offsets: number[] = [];
      const planAt = new Map<string, number>();
      const attempts = plans.map(() => 0);
      const busy = new Set<string>();
      const order: number[] = [];
      const broken: string[] = [];

      const handler = async ({ callSid, position }: CommandRecord): Promise<Outcome> => {
        const index = planAt.get(position) ?? -1;
        const { steps, turns } = plans[index] as Plan;
        if (callSid !== undefined && busy.has(callSid)) broken.push(`two at once: ${position}`);
        if (callSid !== undefined) busy.add(callSid);
        const attempt = attempts[index] ?? 0;
        attempts[index] = attempt + 1;
        if (attempt === 0) order.push(index);
        for (let turn = 0; turn < turns; turn++) await nextTurn();
        if (callSid !== undefined && steps[attempt] !== 'hang') busy.delete(callSid);
        return outcomeOf(steps[attempt]);
      };

      const { lanes, letters, advances } = watchedLanes(handler);
      let offset = -1;
      plans.forEach(({ callSid, gap }, index) => {
        offset += 1 + gap;
        offsets.push(offset);
        planAt.set(`0/${offset}`, index);
        lanes.push(recordOf(callSid, offset), offset);
      });

      const { started, finished } = reachable(plans);
      await eventually(() => expect(lanes.unfinished).toBe(plans.length - finished.size));
      await settled();

      const firstOpen = plans.findIndex((_, index) => !finished.has(index));
      const exact = firstOpen === -1 ? (offsets.at(-1) ?? -1) : (offsets[firstOpen - 1] ?? -1);
      expect(broken).toEqual([]);
      expect(lanes.watermark).toBe(exact);
      expect(advances).toEqual([...advances].sort((a, b) => a - b));
      expect(new Set(order)).toEqual(started);
      for (const callSid of ['a', 'b', 'c']) {
        const ofCall = order.filter((index) => plans[index]?.callSid === callSid);
        expect(ofCall).toEqual([...ofCall].sort((a, b) => a - b));
      }
      expect(letters).toHaveLength([...finished].filter((i) => plans[i]?.steps.at(-1) === 'dead-letter').length);
      await lanes.stop(0);
    }),
    { numRuns: 60 },
  );
});
