import type { Case, Story } from './case.ts';
import { isInDoubt, mayBeCutOff } from './in-doubt.ts';
import { contentOf, type ResultCopy } from './result-copy.ts';
import type { Violation } from './violation.ts';

/** Every command has one outcome, and that is what happened to it. */
export function checkOutcomes(of: Case): Violation[] {
  const strays = of.strays.map(
    ({ callSid, id, commandId }): Violation => ({
      rule: 'result of no command',
      callSid,
      what: `${id} of ${commandId}`,
    }),
  );
  return [...of.stories.flatMap((story) => [...outcomeOf(of, story), ...effectOf(of, story)]), ...strays];
}

function outcomeOf({ history: { facts } }: Case, { command, terminal, writes }: Story): Violation[] {
  const { callSid, id } = command;
  const violation = (rule: Violation['rule'], what: string): Violation => ({
    rule,
    callSid,
    what: `${nameOf(command)} ${what}`,
  });
  const [first] = terminal;
  if (first === undefined) {
    // What was deleted unread with its log is lost with it.
    const deleted = command.place.log < facts.newLogsAt.length && writes.length === 0;
    return deleted ? [] : [violation('no outcome', 'has no terminal result')];
  }
  const found: Violation[] = [];
  const remembered = terminal.filter((copy) => !isForgotten(copy, terminal, facts.forgetsIdsAt));
  const outcomes = new Set(remembered.map(outcomeText));
  if (outcomes.size > 1) found.push(violation('two outcomes', [...outcomes].join(' and ')));
  else if (new Set(remembered.map(({ copy }) => contentOf(copy))).size > 1) {
    found.push(violation('copies of a result differ', differing(remembered)));
  }
  // Whoever reads a partition that has moved may ask again. What was refused out of its turn, or by an adapter alone, may be
  // told again then, in the same bytes; of what had an effect there is one result.
  const mayRepeat = facts.rough || (facts.moves.length > 0 && first.status === 'rejected');
  if (!mayRepeat) {
    for (const seen of [false, true]) {
      const copies = terminal.filter((copy) => copy.seen === seen).length;
      if (copies > 1) found.push(violation('result repeated', `${outcomeText(first)} ${copies} times`));
    }
  }
  for (const result of terminal) {
    const { headers } = result.copy;
    const consistent =
      (id === undefined || result.commandId === id) &&
      result.callSid === result.copy.callSid &&
      headers['causationid'] === result.commandId &&
      headers['type'] === `jambus.command.${result.status}`;
    if (!consistent) {
      found.push(violation('result says something else than its command', `${result.id}: ${result.copy.payload}`));
    }
  }
  return found;
}

/**
 * Subscribers of NATS itself hear a message before it is stored. One that never was, because its leader died, is known to the
 * adapter that published it and to the gateway that decided; when these died, too, nobody can tell the same again.
 */
function isForgotten(copy: ResultCopy, all: readonly ResultCopy[], forgetsAt: readonly number[]): boolean {
  if (!copy.seen || !forgetsAt.some((at) => copy.decidedAt <= at)) return false;
  return !all.some((other) => !other.seen && contentOf(other.copy) === contentOf(copy.copy));
}

/** `delivered` means written, once; anything else means not written. */
function effectOf(of: Case, story: Story): Violation[] {
  const { command, terminal, writes } = story;
  const { callSid } = command;
  const violation = (rule: Violation['rule'], what: string): Violation => ({
    rule,
    callSid,
    what: `${nameOf(command)} ${what}`,
  });
  const found: Violation[] = [];
  const delivered = terminal.find(({ status }) => status === 'delivered');
  const refused = terminal.find(({ status }) => status === 'rejected');
  const certain = writes.filter((write) => !isInDoubt(of, story, write));
  if (delivered !== undefined && writes.length === 0 && !mayBeCutOff(of, callSid, delivered.decidedAt)) {
    found.push(violation('delivered but never written', outcomeText(delivered)));
  }
  if (refused !== undefined && certain.length > 0) {
    found.push(violation('refused but written', `${outcomeText(refused)}, written on ${placesOf(writes)}`));
  }
  if (terminal.length === 0 && certain.length > 0) {
    found.push(violation('written without a result', placesOf(writes)));
  }
  // The last one is the effect; those before it must be in doubt.
  const before = writes.slice(0, -1).filter((write) => !isInDoubt(of, story, write));
  if (before.length > 0) found.push(violation('written twice', placesOf(writes)));
  return found;
}

export function outcomeText({ status, code }: ResultCopy): string {
  return code === undefined ? status : `${status} ${code}`;
}

export function nameOf({ marker, id, place }: Story['command']): string {
  return `${marker} at ${place.log}/${place.partition}/${place.offset}${id === undefined ? '' : ` (id ${id})`}`;
}

function placesOf(writes: Story['writes']): string {
  return writes.map(({ socket, at }) => `socket ${socket} at ${new Date(at).toISOString().slice(17)}`).join(', ');
}

/** What the first copy says, and the first that says something else. */
function differing([first, ...others]: readonly ResultCopy[]): string {
  const other = others.find(({ copy }) => first !== undefined && contentOf(copy) !== contentOf(first.copy));
  if (first === undefined || other === undefined) return '';
  const { headers, payload } = first.copy;
  const names = Object.keys({ ...headers, ...other.copy.headers });
  const attributes = names.filter((name) => headers[name] !== other.copy.headers[name]);
  return `in ${[...attributes, ...(payload === other.copy.payload ? [] : [`${payload} and ${other.copy.payload}`])].join(', ')}`;
}
