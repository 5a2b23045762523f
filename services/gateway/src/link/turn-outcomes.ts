import type { OutcomesFrame } from '@jambus/link';
import type { RejectionCode } from '@jambus/schema';

/** What came of commands in one turn of the event loop, told in one frame. */
export interface TurnOutcomes {
  held(n: number): void;
  settled(n: number, code: RejectionCode | undefined): void;
  returned(n: number): void;
  /** The frame with everything since the last call; undefined when there is nothing. */
  take(): OutcomesFrame | undefined;
}

export function createTurnOutcomes(): TurnOutcomes {
  let frame: OutcomesFrame | undefined;
  const open = (): OutcomesFrame => {
    frame ??= { t: 'outcomes' };
    return frame;
  };
  const add = (list: 'held' | 'settled' | 'returned', n: number): void => {
    const current = open();
    const numbers = current[list];
    if (numbers === undefined) current[list] = [n];
    else numbers.push(n);
  };
  return {
    held: (n) => add('held', n),
    settled(n, code) {
      if (code === undefined) {
        add('settled', n);
        return;
      }
      const current = open();
      current.refused ??= [];
      current.refused.push([n, code]);
    },
    returned: (n) => add('returned', n),
    take() {
      const taken = frame;
      frame = undefined;
      return taken;
    },
  };
}
