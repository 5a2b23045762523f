import type { Place, StoredCommand } from './history/index.ts';
import { markerIn } from './load/marker.ts';

/** The life of a command that does not say how long it is, ms. */
const LIFE_MS = 30_000;

/** A record of the commands as the checker takes it. */
export function storedCommand(
  place: Place,
  callSid: string,
  headers: Readonly<Record<string, string>>,
  payload: string,
  storedAt: number,
): StoredCommand {
  const { id, expirytime, ifverbid, ifsequence } = headers;
  return {
    place,
    callSid,
    marker: markerIn(payload) ?? '',
    id,
    expiresAt: expirytime === undefined ? storedAt + LIFE_MS : Date.parse(expirytime),
    ifverbid,
    ifsequence: ifsequence === undefined ? undefined : Number(ifsequence),
    storedAt,
  };
}
