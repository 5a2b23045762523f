import type { Sighting } from './sighting.ts';

/** Something that has to be seen. */
export interface Sight {
  /** Whether this is the one. */
  is(sighting: Sighting): boolean;
  /** What is wrong with it, for people; undefined: nothing. @param past everything seen before, oldest first */
  faultOf(sighting: Sighting, past: readonly Sighting[]): string | undefined;
}

/** A part of what has to happen. */
export interface Step {
  readonly title: string;
  /** The first makes the order: it comes after that of the step before. The others come any time after that one. */
  readonly sights: readonly [Sight, ...Sight[]];
}

/** How it went. `why` is for people. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly step: number; readonly why: string };

/** What a sighting is to the steps: the last thing that one waited for, something that one waited for, nothing. */
export type Mark = 'completes' | 'belongs' | 'other';

export interface Checklist {
  /** Takes note of a sighting. */
  see(sighting: Sighting): Mark;
  /** Everything seen, oldest first. */
  readonly seen: readonly Sighting[];
  /** Resolves when all steps have happened, or one has not. Never rejects. */
  readonly verdict: Promise<Verdict>;
  /** Stops watching. A verdict that is still open stays open. */
  close(): void;
}

/**
 * Watches whether steps happen in their order and with the right content.
 *
 * @param deadlineMs how long may go by until the next thing that is waited for
 * @param describe words for a sighting
 */
export function createChecklist(
  steps: readonly Step[],
  deadlineMs: number,
  describe: (sighting: Sighting) => string,
): Checklist {
  const seen: Sighting[] = [];
  const missing = steps.map(({ sights }) => new Set<Sight>(sights));
  let judge: (verdict: Verdict) => void = () => {};
  const verdict = new Promise<Verdict>((resolve) => {
    judge = resolve;
  });
  /** The step whose first sight is waited for. */
  let next = 0;
  let closed = false;
  let timer = setTimeout(onDeadline, deadlineMs);

  const checklist: Checklist = {
    seen,
    verdict,
    see(sighting) {
      const mark = closed ? 'other' : take(sighting);
      seen.push(sighting);
      return mark;
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
  return checklist;

  function take(sighting: Sighting): Mark {
    // The same may have to happen again later.
    const isDue = steps[next]?.sights[0].is(sighting) === true;
    if (!isDue && steps.some(({ sights: [first] }, index) => index > next && first.is(sighting))) {
      fail(next, `instead, this came: ${describe(sighting)}`);
      return 'other';
    }
    for (const [step, open] of missing.entries()) {
      if (step > next) break;
      const sight = [...open].find((each) => each.is(sighting));
      if (sight !== undefined) return tick(step, sight, sighting);
    }
    return 'other';
  }

  function tick(step: number, sight: Sight, sighting: Sighting): Mark {
    const fault = sight.faultOf(sighting, seen);
    if (fault !== undefined) {
      fail(step, fault);
      return 'other';
    }
    missing[step]?.delete(sight);
    if (step === next && sight === steps[step]?.sights[0]) next += 1;
    clearTimeout(timer);
    if (missing.every(({ size }) => size === 0)) end({ ok: true });
    else timer = setTimeout(onDeadline, deadlineMs);
    return missing[step]?.size === 0 ? 'completes' : 'belongs';
  }

  function onDeadline(): void {
    const last = seen.at(-1);
    const instead = last === undefined ? 'nothing was seen at all' : `the last thing seen was: ${describe(last)}`;
    fail(
      missing.findIndex(({ size }) => size > 0),
      `not seen within ${deadlineMs / 1000} s, ${instead}`,
    );
  }

  function fail(step: number, why: string): void {
    end({ ok: false, step: step + 1, why });
  }

  function end(result: Verdict): void {
    checklist.close();
    judge(result);
  }
}
