import type { StoredCommand } from '../history/history.ts';
import { groupBy } from './group-by.ts';

/** `…/<partition>/<offset>`, with or without the log in front. */
const POSITION = /^(.*?)\/?(\d+)\/(\d+)$/;

/** An id that was made from where a command is. */
interface Position {
  /** Says which log it is a place of, where positions know that. */
  readonly log: string;
  readonly place: string;
}

/** What a result says about the command that it is of. */
export interface Reference {
  readonly callSid: string;
  /** CloudEvents id of a terminal result, which holds the position; left out of a later one. */
  readonly resultId?: string;
  readonly commandId: string;
  readonly at: number;
}

/**
 * Finds the command that a result is about: by the position in the result's id, or by the command's id. Where the commands
 * were made anew positions come again; then the name of the log decides, and where the id has none, whatever else fits.
 */
export class CommandFinder {
  readonly #byPlace: ReadonlyMap<string, readonly StoredCommand[]>;
  readonly #byId: ReadonlyMap<string, readonly StoredCommand[]>;
  readonly #logs = new Map<string, number | 'several'>();

  constructor(commands: readonly StoredCommand[]) {
    this.#byPlace = groupBy(commands, ({ callSid, place }) => `${callSid} ${place.partition}/${place.offset}`);
    const named = commands.filter(({ id }) => id !== undefined);
    this.#byId = groupBy(named, ({ callSid, id }) => `${callSid} ${id}`);
  }

  /** Learns which log a name stands for, from results whose command cannot be another one. */
  learn(references: Iterable<Reference>): void {
    for (const { callSid, resultId, commandId } of references) {
      const position = resultId === undefined ? undefined : positionIn(resultId);
      const sure = this.#byId.get(`${callSid} ${commandId}`);
      if (position === undefined || sure?.length !== 1) continue;
      const { log } = (sure[0] as StoredCommand).place;
      const known = this.#logs.get(position.log);
      this.#logs.set(position.log, known === undefined || known === log ? log : 'several');
    }
  }

  find({ callSid, resultId, commandId, at }: Reference): StoredCommand | undefined {
    const byResult = resultId === undefined ? undefined : this.#at(callSid, positionIn(resultId), commandId, at);
    if (byResult !== undefined) return byResult;
    const sameId = this.#byId.get(`${callSid} ${commandId}`);
    return sameId?.[0] ?? this.#at(callSid, positionIn(commandId), commandId, at);
  }

  #at(callSid: string, position: Position | undefined, commandId: string, at: number): StoredCommand | undefined {
    if (position === undefined) return undefined;
    const found = this.#byPlace.get(`${callSid} ${position.place}`) ?? [];
    if (found.length <= 1) return found[0];
    const log = this.#logs.get(position.log);
    const ofLog = found.find(({ place }) => place.log === log);
    if (ofLog !== undefined) return ofLog;
    const ofId = found.find(({ id }) => id === commandId);
    return ofId ?? found.findLast(({ storedAt }) => storedAt <= at) ?? found[0];
  }
}

/** @returns what the id says about a place in a log; undefined when it says nothing */
export function positionIn(id: string): Position | undefined {
  const [, log = '', partition, offset] = POSITION.exec(id.replace(/^result\//, '')) ?? [];
  return partition === undefined ? undefined : { log, place: `${partition}/${offset}` };
}
