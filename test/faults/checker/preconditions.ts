import type { Copy } from '../history/history.ts';
import type { CallStory, Case, Story } from './case.ts';
import { groupBy } from './group-by.ts';
import { nameOf } from './outcomes.ts';
import type { Violation } from './violation.ts';

/** Commands with a condition are written when it holds and refused when it does not, as far as one can see from outside. */
export function checkPreconditions(of: Case): Violation[] {
  const events = groupBy(of.history.events.stored, ({ callSid }) => callSid);
  return of.stories.flatMap((story) => {
    const { callSid, ifverbid, ifsequence } = story.command;
    const call = of.calls.get(callSid);
    const conditions: Condition[] = [];
    if (ifverbid !== undefined && call !== undefined) conditions.push(verbRuns(call, ifverbid));
    if (ifsequence !== undefined) conditions.push(isLast(events.get(callSid) ?? [], ifsequence));
    return conditions.length === 0 ? [] : check(of, story, conditions);
  });
}

/** Whether it held at every moment, or at any moment, of a time. */
interface Condition {
  readonly text: string;
  always(from: number, to: number): boolean;
  ever(from: number, to: number): boolean;
}

function check({ history, tolerances: { raceMs } }: Case, story: Story, conditions: readonly Condition[]): Violation[] {
  const { command, writes, terminal } = story;
  const { callSid } = command;
  const name = `${nameOf(command)}: ${conditions.map(({ text }) => text).join(', ')}`;
  const ignored = writes.some(({ at }) => conditions.some((condition) => !condition.ever(at - raceMs, at + raceMs)));
  if (ignored) return [{ rule: 'precondition ignored', callSid, what: name }];
  const refused = terminal.find(({ code }) => code === 'precondition_failed');
  if (refused === undefined) return [];
  const { decidedAt } = refused;
  // What a killed gateway knew of verbs is gone, and a refusal is the safe side.
  if (history.facts.gatewayKills.some(({ at }) => at <= decidedAt)) return [];
  const held = conditions.every((condition) => condition.always(decidedAt - raceMs, decidedAt + raceMs));
  return held ? [{ rule: 'precondition misjudged', callSid, what: name }] : [];
}

function verbRuns({ sayings, endedAt = Number.POSITIVE_INFINITY }: CallStory, verbId: string): Condition {
  const runs: { from: number; to: number }[] = [];
  for (const { verb, at } of sayings) {
    if (verb?.id !== verbId) continue;
    if (verb.event === 'starting') runs.push({ from: at, to: endedAt });
    else if (verb.event === 'finished') {
      const oldest = runs.find(({ to }) => to === endedAt);
      if (oldest !== undefined) oldest.to = at;
    }
  }
  return {
    text: `ifverbid ${verbId}`,
    always: (from, to) => runs.some((run) => run.from <= from && run.to >= to),
    ever: (from, to) => runs.some((run) => run.from <= to && run.to >= from),
  };
}

function isLast(events: readonly Copy[], sequence: number): Condition {
  const timeOf = (wanted: number): number => {
    const event = events.find(({ headers }) => Number(headers['sequence']) === wanted);
    return event === undefined ? Number.POSITIVE_INFINITY : Date.parse(event.headers['time'] ?? '');
  };
  const [began, ended] = [timeOf(sequence), timeOf(sequence + 1)];
  return {
    text: `ifsequence ${sequence}`,
    always: (from, to) => began <= from && ended >= to,
    ever: (from, to) => began <= to && ended >= from,
  };
}
