import type { Case, Story } from './case.ts';
import { socketOf } from './in-doubt.ts';
import { nameOf } from './outcomes.ts';
import type { Violation } from './violation.ts';

/** No command is written after its expiry, none expires before, and its publisher is told in time. */
export function checkExpiry(of: Case): Violation[] {
  return of.stories.flatMap((story) => [...writtenLate(of, story), ...tooEarly(story), ...toldLate(of, story)]);
}

function writtenLate(of: Case, { command, writes }: Story): Violation[] {
  const late = writes.filter(
    (write) => write.at > command.expiresAt + of.tolerances.seeingMs && socketOf(of, write)?.slow === false,
  );
  return late.map(({ callSid, at }) => ({
    rule: 'written after its expiry',
    callSid,
    what: `${nameOf(command)} by ${at - command.expiresAt} ms`,
  }));
}

function tooEarly({ command, terminal }: Story): Violation[] {
  const early = terminal.find(({ code, decidedAt }) => code === 'expired' && decidedAt < command.expiresAt);
  if (early === undefined) return [];
  const what = `${nameOf(command)} by ${command.expiresAt - early.decidedAt} ms`;
  return [{ rule: 'expired too early', callSid: command.callSid, what }];
}

function toldLate(of: Case, story: Story): Violation[] {
  const late = toldAfter(story);
  if (late === undefined) return [];
  const allowed = allowedUntil(of, story) - expiryOf(story);
  if (late <= allowed) return [];
  const { command } = story;
  return [{ rule: 'expiry told late', callSid: command.callSid, what: `${nameOf(command)} by ${late} ms` }];
}

/** How long after its expiry the publisher was told, ms; undefined for a command that did not expire. */
export function toldAfter(story: Story): number | undefined {
  const told = story.terminal.filter(({ code, seen }) => code === 'expired' && !seen).map(({ copy }) => copy.at);
  return told.length === 0 ? undefined : Math.min(...told) - expiryOf(story);
}

function expiryOf({ command }: Story): number {
  return Math.max(command.expiresAt, command.storedAt);
}

/** While nobody is there who could tell, nobody is told: an outage puts it off. */
function allowedUntil({ history, tolerances }: Case, story: Story): number {
  const { toldMs, recoveryMs } = tolerances;
  let until = expiryOf(story) + toldMs;
  for (const outage of history.facts.outages.toSorted((a, b) => a.from - b.from)) {
    // What was taken up well before somebody died is at a gateway by then, which goes on without them.
    const concerned = outage.total || story.command.storedAt >= outage.from - toldMs;
    if (concerned && outage.from <= until && outage.to + recoveryMs >= until) until = outage.to + recoveryMs;
  }
  return until;
}
