import { callStatusOf, parseJambonzMessage } from '../jambonz/messages/index.ts';
import { cloudEventsType } from './names.ts';

const STATUS = cloudEventsType('call:status');
const LOST = cloudEventsType('jambus:lost');
const OMITTED = cloudEventsType('jambus:omitted');

/**
 * When a call ended, by an event of it: its own leg has a status that is the last, or jambus has given it up.
 *
 * @param attribute reads a CloudEvents attribute of the event
 * @returns ms since the epoch; undefined for an event that ends no call
 */
export function endOfCall(
  attribute: (name: 'type' | 'time') => string | undefined,
  payload: Uint8Array,
): number | undefined {
  const type = attribute('type');
  const isEnd = type === LOST || (type === STATUS && isLastStatus(payload)) || (type === OMITTED && saysEnded(payload));
  if (!isEnd) return undefined;
  const at = Date.parse(attribute('time') ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** The last status was too large for the bus. */
function saysEnded(payload: Uint8Array): boolean {
  const parsed = parseJambonzMessage(payload);
  return parsed.ok && parsed.message.data['ended'] === true;
}

function isLastStatus(payload: Uint8Array): boolean {
  const parsed = parseJambonzMessage(payload);
  if (!parsed.ok) return false;
  const status = callStatusOf(parsed.message);
  return status?.terminal === true && status.ownLeg;
}
