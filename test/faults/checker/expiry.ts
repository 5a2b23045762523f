import type { Case, Story } from './case.ts';
import { socketOf } from './in-doubt.ts';
import { nameOf } from './outcomes.ts';
import type { Violation } from './violation.ts';
import { isCalm, waitsOf } from './waits.ts';

/**
 * No command is written after its expiry, none expires before or although its call was there, and its publisher is told in
 * time.
 */
export function checkExpiry(of: Case): Violation[] {
  // What everybody waits for on a machine that is too busy is not late.
  const anywayMs = of.history.facts.stallMs + waitsOf(of).p50;
  return of.stories.flatMap((story) => [
    ...writtenLate(of, story),
    ...tooEarly(story),
    ...inVain(of, story),
    ...toldLate(of, story, anywayMs),
  ]);
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

function inVain(of: Case, story: Story): Violation[] {
  const { callSid } = story.command;
  const couldBeDelivered = story.terminal.some(({ code }) => code === 'expired') && mostTimeToDeliver(of, story) > 0;
  return couldBeDelivered
    ? [{ rule: 'expired although its call was there', callSid, what: nameOf(story.command) }]
    : [];
}

/**
 * For how long, while the command lived, its call had a websocket that was read and nothing between them was away, ms. What
 * everybody takes for a delivery in such a time is taken off. Calls that are flooded do not count.
 */
function mostTimeToDeliver({ calls, history: { facts }, tolerances }: Case, { command }: Story): number {
  const { callSid, storedAt, expiresAt } = command;
  const call = calls.get(callSid);
  if (call === undefined || !isCalm(call)) return 0;
  const { sockets, endedAt = Number.POSITIVE_INFINITY } = call;
  const isUndisturbed = facts.outages.length === 0 && !facts.missesGateway;
  const times = sockets.map(({ openedAt, closedAt = Number.POSITIVE_INFINITY, slow }) => {
    const until = Math.min(expiresAt, closedAt, endedAt);
    const since = Math.max(storedAt, openedAt, ...facts.outages.map(({ from, to }) => (from < until ? to : 0)));
    return slow ? 0 : until - since;
  });
  return Math.max(0, ...times) - (isUndisturbed ? tolerances.deliveryMs : tolerances.recoveryMs) - facts.stallMs;
}

function toldLate(of: Case, story: Story, anywayMs: number): Violation[] {
  const late = toldAfter(story);
  if (late === undefined) return [];
  const allowed = allowedUntil(of, story, anywayMs) - expiryOf(story);
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
function allowedUntil({ history, tolerances }: Case, story: Story, anywayMs: number): number {
  const { toldMs, doubtMs, recoveryMs } = tolerances;
  // A gateway and the adapter that sent it the command died together: the next adapter knows of neither what became of it.
  const inDoubt = history.facts.forgetsIdsAt.some((at) => story.command.storedAt <= at + recoveryMs);
  let until = expiryOf(story) + (inDoubt ? doubtMs : 0) + toldMs + anywayMs;
  for (const outage of history.facts.outages.toSorted((a, b) => a.from - b.from)) {
    // What waits behind another command of its call waits in the adapter, and is read again by the next one.
    if (outage.from <= until && outage.to + recoveryMs >= until) until = outage.to + recoveryMs;
  }
  return until;
}
