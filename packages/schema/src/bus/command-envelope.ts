import { COUNT_PATTERN, ID_PATTERN, MAX_ID_BYTES, TIME_PATTERN } from './attribute-schemas.ts';
import type { Attributes } from './attributes.ts';
import { isWithin } from './bytes.ts';

/** What the attributes of a command say about its delivery. */
export interface CommandEnvelope {
  /** Idempotency key: the CloudEvents `id`, or the record's place in the broker when there is none. */
  readonly id: string;
  /** After this time it never reaches a call, ms since the epoch. */
  readonly expiresAt: number;
  /** Deliver only while the verb with this id runs. */
  readonly ifverbid: string | undefined;
  /** Deliver only if the call has had no event after this one. */
  readonly ifsequence: number | undefined;
  /** No result is wanted after its outcome. */
  readonly terminalOnly: boolean;
}

/** Where a command came from, for what its attributes leave out. */
export interface CommandOrigin {
  /** Place in the broker, the same for every redelivery. */
  readonly position: string;
  /** When the broker took it, ms since the epoch. */
  readonly publishedAt: number;
}

const TIME = new RegExp(TIME_PATTERN);
const COUNT = new RegExp(COUNT_PATTERN);
const ID = new RegExp(ID_PATTERN);

/**
 * Reads the CloudEvents attributes of a command, which have to fit `CommandAttributes` as far as they say something about
 * its delivery. Every one of them may be missing.
 *
 * @param ttlMs life of a command without `expirytime`, from the time the broker took it
 * @returns the envelope, or what is wrong with the attributes, for people
 */
export function readCommandEnvelope(
  attributes: Attributes,
  { position, publishedAt }: CommandOrigin,
  ttlMs: number,
): CommandEnvelope | { readonly fault: string } {
  const { id, specversion, expirytime, ifverbid, ifsequence, results } = attributes;
  if (specversion !== undefined && specversion !== '1.0') {
    return { fault: `specversion: expected 1.0, got ${quote(specversion)}` };
  }
  if (id !== undefined && !isId(id)) return { fault: `id: ${wrongId(id)}` };
  const expiresAt = expirytime === undefined ? publishedAt + ttlMs : parseTime(expirytime);
  if (Number.isNaN(expiresAt)) {
    return { fault: `expirytime: expected an RFC 3339 time such as 2026-01-31T12:00:00Z, got ${quote(expirytime)}` };
  }
  if (ifverbid !== undefined && !isId(ifverbid)) return { fault: `ifverbid: ${wrongId(ifverbid)}` };
  if (ifsequence !== undefined && !COUNT.test(ifsequence)) {
    return { fault: `ifsequence: expected the sequence of an event, a whole number, got ${quote(ifsequence)}` };
  }
  if (results !== undefined && results !== 'terminal') {
    return { fault: `results: expected terminal, or nothing for all of them, got ${quote(results)}` };
  }
  return {
    id: id ?? position,
    expiresAt,
    ifverbid,
    ifsequence: ifsequence === undefined ? undefined : Number(ifsequence),
    terminalOnly: results !== undefined,
  };
}

/** Whether a text can be an id: it goes into headers. */
export function isId(text: string): boolean {
  return isWithin(text, MAX_ID_BYTES) && ID.test(text);
}

function wrongId(text: string): string {
  return `expected 1 to ${MAX_ID_BYTES} bytes of UTF-8 without control characters, got ${Buffer.byteLength(text)} bytes`;
}

function parseTime(text: string): number {
  return TIME.test(text) ? Date.parse(text) : Number.NaN;
}

function quote(text: string | undefined): string {
  return JSON.stringify((text ?? '').slice(0, 100));
}
