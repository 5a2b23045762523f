import type { CallStory, Case, Story } from './case.ts';
import { nameOf, outcomeText } from './outcomes.ts';
import type { ResultCopy } from './result-copy.ts';
import type { Violation } from './violation.ts';

/** Of the commands with one id, one has an effect; and what is refused is refused for a reason that there was. */
export function checkRefusals(of: Case): Violation[] {
  return [...of.calls.values()].flatMap((call) => [...duplicatesOf(of, call), ...reasonsOf(of, call)]);
}

function duplicatesOf({ history: { facts }, tolerances }: Case, { callSid, commands }: CallStory): Violation[] {
  /** The commands that had an effect and an id of their own, in their order; and the last of each id among them. */
  let effects = 0;
  const effective = new Map<string, { readonly story: Story; readonly nth: number }>();
  const found: Violation[] = [];
  for (const story of commands) {
    const { id } = story.command;
    if (id === undefined || !story.terminal.some(({ status }) => status === 'delivered')) continue;
    const nth = effects++;
    const first = effective.get(id);
    effective.set(id, { story, nth });
    if (first === undefined || nth - first.nth > tolerances.rememberedIds) continue;
    const [before, after] = [decidedAt(first.story), decidedAt(story)];
    if (everybodyForgot(facts, before, after)) continue;
    if (facts.forgetsIdsAt.some((at) => before <= at && after >= at)) continue;
    const what = `${nameOf(story.command)} after ${nameOf(first.story.command)}`;
    found.push({ rule: 'duplicate accepted', callSid, what });
  }
  return found;
}

/** Ids are remembered by processes: when all of them began anew in between, a second record with one is not told from a first. */
function everybodyForgot({ forgetsEnded, outages }: Case['history']['facts'], first: number, second: number): boolean {
  return forgetsEnded && outages.some(({ total, from, to }) => total && first <= to && second >= from);
}

function decidedAt({ terminal }: Story): number {
  return Math.min(...terminal.map((copy) => copy.decidedAt));
}

function reasonsOf(of: Case, call: CallStory): Violation[] {
  const ids = new Set<string>();
  return call.commands.flatMap((story) => {
    const { id } = story.command;
    const repeated = id !== undefined && ids.has(id);
    if (id !== undefined) ids.add(id);
    const refusals = story.terminal.filter(({ status }) => status === 'rejected');
    const wrong = refusals.find((refusal) => !isReason(of, call, story, refusal, repeated));
    if (wrong === undefined) return [];
    const overdue = call.endedAt !== undefined && wrong.decidedAt > call.endedAt;
    const rule = overdue ? 'ended call not known as ended' : 'refused for a wrong reason';
    return [{ rule, callSid: call.callSid, what: `${nameOf(story.command)} ${outcomeText(wrong)}` } as const];
  });
}

function isReason(
  of: Case,
  call: CallStory,
  story: Story,
  { code, decidedAt }: ResultCopy,
  repeated: boolean,
): boolean {
  const { facts } = of.history;
  const { raceMs, recoveryMs } = of.tolerances;
  const { command } = story;
  const exists = call.sockets.length > 0;
  const { endedAt } = call;
  const away = facts.outages.some(({ from, to }) => from <= command.expiresAt && to + recoveryMs >= command.storedAt);
  const expiredAway = facts.outages.some(
    ({ from, to }) => from <= command.expiresAt && to + recoveryMs >= command.expiresAt,
  );
  const endedLongBefore = endedAt !== undefined && command.storedAt > endedAt + raceMs;
  switch (code) {
    case 'duplicate':
      return repeated;
    case 'precondition_failed':
      return command.ifverbid !== undefined || command.ifsequence !== undefined;
    case 'call_ended':
      return endedAt !== undefined && decidedAt >= endedAt - raceMs;
    case 'unknown_call':
      return !exists || (endedAt !== undefined && decidedAt >= endedAt && facts.forgetsEnded);
    case 'expired':
      // Nobody needs to wait for a call that is known to be none: its end is told as soon as somebody is there to tell.
      return exists ? !endedLongBefore || expiredAway : away || facts.missesGateway;
    default:
      return false;
  }
}
