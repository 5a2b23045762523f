/*
 * Messages to jambonz, composed from bytes: verbs arrive from the bus as JSON and go out as the same JSON.
 */

const CLOSE = Buffer.from('}');
const REDIRECT = Buffer.from('{"type":"command","command":"redirect","data":');

/** Switches `verb:status` on for the call (jambonz sends none before it saw this). */
const NOTIFY_EVENTS = Buffer.from('[{"verb":"config","notifyEvents":true},');

/** An answer to the message `msgid`; without `verbs` (a JSON array) it only releases jambonz to go on. */
export function ackMessage(msgid: string, verbs: Uint8Array | undefined): Buffer {
  const start = `{"type":"ack","msgid":${JSON.stringify(msgid)}`;
  if (verbs === undefined) return Buffer.from(`${start}}`);
  return Buffer.concat([Buffer.from(`${start},"data":`), verbs, CLOSE]);
}

/** A command that replaces the call's application by `verbs`, a JSON array. */
export function redirectMessage(verbs: Uint8Array): Buffer {
  return Buffer.concat([REDIRECT, verbs, CLOSE]);
}

/** `verbs` (a JSON array of at least one verb) behind a `config` that turns `verb:status` on. */
export function withNotifyEvents(verbs: Uint8Array): Buffer {
  const open = verbs.indexOf(0x5b);
  return Buffer.concat([NOTIFY_EVENTS, verbs.subarray(open + 1)]);
}

const NOTIFY_COMMAND = Buffer.from('{"type":"command","command":"config","data":{"notifyEvents":true}}');

/** The command that turns `verb:status` on for a call whose application is not ours to begin. */
export function notifyEventsMessage(): Buffer {
  return NOTIFY_COMMAND;
}

/** Ends a call that was answered. Has no effect on one that was not. */
const HANG_UP = Buffer.from('{"type":"command","command":"call:status","data":{"call_status":"completed"}}');
/** Ends a call that was not answered yet. Has no effect on one that was. */
const DECLINE = Buffer.from('{"type":"command","command":"call:status","data":{"call_status":"no-answer"}}');

/** The command that ends a call. */
export function hangUpMessage(answered: boolean): Buffer {
  return answered ? HANG_UP : DECLINE;
}

/** The verbs of a `redirect` command, as JSON; undefined when it carries none (it clears them, or names a hook instead). */
export function redirectVerbs(command: Uint8Array): Buffer | undefined {
  const { data } = JSON.parse(Buffer.from(command).toString('utf8')) as { data: unknown };
  return Array.isArray(data) && data.length > 0 ? Buffer.from(JSON.stringify(data)) : undefined;
}
