import type { Case } from './case.ts';
import { nameOf } from './outcomes.ts';
import type { Violation } from './violation.ts';

/** Commands of a call are written in the order that they have in the broker. A second write counts as doubled, not here. */
export function checkOrder({ calls, history, byMarker }: Case): Violation[] {
  const last = new Map<string, number>();
  const seen = new Set<string>();
  const found: Violation[] = [];
  for (const { callSid, marker, socket } of history.writes) {
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
    last.set(callSid, Math.max(at, before));
  }
  return found;
}
