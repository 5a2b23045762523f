import type { Write } from '../history/history.ts';
import type { Case, Story } from './case.ts';
import { isInDoubt } from './in-doubt.ts';
import { nameOf } from './outcomes.ts';
import type { Violation } from './violation.ts';

/**
 * Commands of a call are written in the order that they have in the broker. A second write counts as doubled, not here.
 *
 * A command that was refused before a gateway died together with an adapter, as its id had been there, may be written after those
 * deaths: nobody knows the id any more. Those behind it that were in doubt are written again then, behind it.
 */
export function checkOrder(of: Case): Violation[] {
  const { calls, history, byMarker } = of;
  const last = new Map<string, number>();
  const seen = new Set<string>();
  const found: Violation[] = [];
  for (const write of history.writes) {
    const { callSid, marker, socket } = write;
    if (seen.has(marker)) continue;
    seen.add(marker);
    const [story] = byMarker.get(marker) ?? [];
    const commands = calls.get(callSid)?.commands ?? [];
    const at = story === undefined ? -1 : commands.indexOf(story);
    if (story === undefined || at === -1) {
      found.push({ rule: 'stored record missing', callSid, what: `${marker} was written and is not in the broker` });
      continue;
    }
    const before = last.get(callSid) ?? -1;
    if (at < before) {
      const later = commands[before];
      found.push({
        rule: 'written out of order',
        callSid,
        what: `${nameOf(story.command)} on socket ${socket} after ${later === undefined ? '' : nameOf(later.command)}`,
      });
    }
    if (isForgotten(of, story, write)) seen.delete(marker);
    else last.set(callSid, Math.max(at, before));
  }
  return found;
}

/** The gateway died and left the write in doubt, together with the adapter that could have told. */
function isForgotten(of: Case, story: Story, write: Write): boolean {
  return of.history.facts.forgetsIdsAt.length > 0 && isInDoubt(of, story, write);
}
