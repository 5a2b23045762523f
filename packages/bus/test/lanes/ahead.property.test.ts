import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { type CommandRecord, DEFAULT_LANES_SETTINGS, type Outcome, type Turn } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { watchedLanes } from '../support/lanes.ts';
import { recordOf } from '../support/records.ts';

type Answer = 'settled' | 'returned' | 'lost';
type Step = 'take' | 'refuse' | 'cut' | 'cut behind the effect';

interface Sent {
  readonly callSid: string;
  readonly offset: number;
  readonly after: number | undefined;
  readonly answer: (answer: Answer) => void;
}

/** A gateway at the end of a connection: what is sent arrives in its order, or is lost. It has a memory of its own. */
class Gateway {
  readonly effects = new Map<string, number[]>();
  readonly #steps: Step[];
  #link: Sent[] = [];

  constructor(steps: readonly Step[]) {
    this.#steps = [...steps];
  }

  send(callSid: string, offset: number, after: number | undefined): Promise<Answer> {
    return new Promise((answer) => this.#link.push({ callSid, offset, after, answer }));
  }

  /** What comes next on the connection. */
  step(): void {
    const step = this.#steps.shift() ?? 'take';
    if (step === 'cut') {
      this.#cut();
      return;
    }
    const sent = this.#link.shift();
    if (sent === undefined) return;
    const isTaken = step !== 'refuse' && this.#take(sent);
    if (step === 'cut behind the effect') {
      sent.answer('lost');
      this.#cut();
    } else sent.answer(isTaken ? 'settled' : 'returned');
  }

  #take({ callSid, offset, after }: Sent): boolean {
    const effects = this.effects.get(callSid) ?? [];
    this.effects.set(callSid, effects);
    const decided = effects.at(-1) ?? -1;
    if (offset <= decided) return true;
    if (after !== undefined && after > decided) return false;
    effects.push(offset);
    return true;
  }

  #cut(): void {
    const lost = this.#link;
    this.#link = [];
    for (const { answer } of lost) answer('lost');
  }
}

const offsetOf = (position: string): number => Number(position.slice(2));

test('records that run ahead have one effect each, in their order, whatever becomes of the connection', async () => {
  let mostAhead = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b'), { maxLength: 40 }),
      fc.array(fc.constantFrom<Step>('take', 'take', 'take', 'refuse', 'cut', 'cut behind the effect'), {
        maxLength: 60,
      }),
      async (calls, steps) => {
        const gateway = new Gateway(steps);
        const told: string[] = [];
        const broken: string[] = [];
        let underWay = 0;
        const handler = async (record: CommandRecord, _: AbortSignal, turn: Turn): Promise<Outcome> => {
          const { callSid = '', position, maybeRepeated } = record;
          let isInDoubt = maybeRepeated;
          for (;;) {
            const after = turn.behind === undefined ? undefined : offsetOf(turn.behind);
            const sent = gateway.send(callSid, offsetOf(position), after);
            underWay++;
            mostAhead = Math.max(mostAhead, underWay);
            turn.follow();
            const answer = await sent;
            underWay--;
            if (answer === 'settled') break;
            isInDoubt ||= answer === 'lost';
            if (turn.behind !== undefined) return { kind: 'not-yet', maybeDecided: isInDoubt };
          }
          if (told.includes(position)) broken.push(`twice: ${position}`);
          told.push(position);
          return { kind: 'done' };
        };
        const { lanes } = watchedLanes(handler, { settings: { ...DEFAULT_LANES_SETTINGS } });
        for (const [offset, callSid] of calls.entries()) {
          lanes.push(recordOf(callSid, offset), offset);
          if (offset % 3 === 0) await nextTurn();
          if (offset % 5 === 0) gateway.step();
        }
        await eventually(async () => {
          gateway.step();
          await nextTurn();
          expect(lanes.unfinished).toBe(0);
        });
        expect(broken).toEqual([]);
        for (const callSid of ['a', 'b']) {
          const offsets = [...calls.entries()].filter(([, of]) => of === callSid).map(([offset]) => offset);
          expect(gateway.effects.get(callSid) ?? []).toEqual(offsets);
        }
        expect(lanes.watermark).toBe(calls.length - 1);
        expect(lanes.activeCalls).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
  expect(mostAhead).toBeGreaterThan(4);
});
