import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { type CommandRecord, DEFAULT_LANES_SETTINGS, type Outcome, type Turn } from '../../src/index.ts';
import { eventually, settled } from '../support/eventually.ts';
import { watchedLanes } from '../support/lanes.ts';
import { recordOf } from '../support/records.ts';
import { type Sweeps, sweepsByHand } from '../support/sweeps.ts';

type Step = 'retry' | 'throw' | 'done' | 'dead-letter' | 'hang';

interface Plan {
  readonly callSid: string | undefined;
  /** Gap in the offsets before this record. */
  readonly gap: number;
  /** What the handler does on the first, second … attempt. */
  readonly steps: readonly Step[];
  /** Turns of the event loop each attempt takes. */
  readonly turns: number;
  /** Its life is over before anything is handled. */
  readonly isOver: boolean;
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
  isOver: fc.nat(3).map((n) => n === 0),
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

/** Indexes of the plans whose handler ever starts, and comes to an end: a hanging one holds up those of its call that live. */
function reachable(plans: readonly Plan[]): { started: Set<number>; finished: Set<number> } {
  const started = new Set<number>();
  const finished = new Set<number>();
  const hung = new Set<string>();
  plans.forEach(({ callSid, steps, isOver }, index) => {
    if (callSid !== undefined && hung.has(callSid) && !isOver) return;
    started.add(index);
    if (steps.at(-1) !== 'hang') finished.add(index);
    else if (callSid !== undefined) hung.add(callSid);
  });
  return { started, finished };
}

let sweeps: Sweeps;
beforeEach(() => {
  sweeps = sweepsByHand();
});
afterEach(() => sweeps.restore());

/** Sweeps at each turn of the event loop until the assertion holds. */
async function sweepUntil(assertion: () => void): Promise<void> {
  await eventually(async () => {
    sweeps.sweep();
    await nextTurn();
    assertion();
  });
}

test('whatever handlers do and whatever expires, a call keeps its order and the watermark is exact', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { maxLength: 30 }), async (plans) => {
      const offsets: number[] = [];
      const planAt = new Map<string, number>();
      const attempts = plans.map(() => 0);
      const busy = new Set<string>();
      /** In their turn, and out of it. */
      const order: number[] = [];
      const overdue: number[] = [];
      const left = new Set<number>();
      const broken: string[] = [];

      const handler = async (record: CommandRecord, _signal: AbortSignal, turn: Turn): Promise<Outcome> => {
        const isOverdue = turn.overdue;
        const { callSid, position } = record;
        const index = planAt.get(position) ?? -1;
        const { steps, turns, isOver } = plans[index] as Plan;
        const attempt = attempts[index] ?? 0;
        attempts[index] = attempt + 1;
        if (attempt === 0) (isOverdue ? overdue : order).push(index);
        if (isOverdue && !isOver) broken.push(`out of its turn: ${position}`);
        const inTurn = callSid !== undefined && !isOverdue;
        if (inTurn && busy.has(callSid)) broken.push(`two at once: ${position}`);
        const stays = (at: number): boolean => at < index && plans[at]?.callSid === callSid && !left.has(at);
        if (inTurn && plans.some((_, at) => stays(at))) broken.push(`before one that came earlier: ${position}`);
        if (inTurn) busy.add(callSid);
        for (let passed = 0; passed < turns; passed++) await nextTurn();
        if (inTurn && steps[attempt] !== 'hang') busy.delete(callSid);
        if (steps[attempt] === 'done' || steps[attempt] === 'dead-letter') left.add(index);
        return outcomeOf(steps[attempt]);
      };

      const expiresAt = ({ position }: CommandRecord): number =>
        plans[planAt.get(position) ?? -1]?.isOver === true ? 0 : Number.POSITIVE_INFINITY;
      const settings = { ...DEFAULT_LANES_SETTINGS, backoff: { firstMs: 2, maxMs: 4 }, expiresAt };
      const { lanes, letters, advances } = watchedLanes(handler, { settings });
      let offset = -1;
      plans.forEach(({ callSid, gap }, index) => {
        offset += 1 + gap;
        offsets.push(offset);
        planAt.set(`0/${offset}`, index);
        lanes.push(recordOf(callSid, offset), offset);
      });

      const { started, finished } = reachable(plans);
      await sweepUntil(() => {
        expect(lanes.unfinished).toBe(plans.length - finished.size);
        expect(attempts).toEqual(plans.map(({ steps }, index) => (started.has(index) ? steps.length : 0)));
      });
      await settled();

      const firstOpen = plans.findIndex((_, index) => !finished.has(index));
      const exact = firstOpen === -1 ? (offsets.at(-1) ?? -1) : (offsets[firstOpen - 1] ?? -1);
      expect(broken).toEqual([]);
      expect(lanes.watermark).toBe(exact);
      expect(advances).toEqual([...advances].sort((a, b) => a - b));
      expect(new Set([...order, ...overdue])).toEqual(started);
      for (const callSid of ['a', 'b', 'c']) {
        const ofCall = order.filter((index) => plans[index]?.callSid === callSid);
        expect(ofCall).toEqual([...ofCall].sort((a, b) => a - b));
      }
      expect(letters).toHaveLength([...finished].filter((i) => plans[i]?.steps.at(-1) === 'dead-letter').length);
      await lanes.stop(0);
      expect(sweeps.running).toBe(0);
    }),
    { numRuns: 60 },
  );
});
