import type { Command } from '../commands/command.ts';
import type { JsonObject } from './json.ts';

/** A message from the server as jambonz understands it. */
export type Inbound =
  | { readonly kind: 'ack'; readonly msgid: string; readonly data: unknown }
  | { readonly kind: 'command'; readonly command: Command }
  /** Answered with a `jambonz:error` of this `data`, which echoes the message whole. */
  | { readonly kind: 'invalid'; readonly error: JsonObject };

type Classified = Exclude<Inbound, { kind: 'invalid' }> | { readonly kind: 'invalid'; readonly details: string };

/** Commands that need no `data`. */
const WITHOUT_DATA: ReadonlySet<unknown> = new Set(['llm:tool-output', 'tts:flush', 'tts:clear']);

/**
 * Reads a message, in the order of checks of jambonz feature-server 0.9.8. Text or binary makes no difference to it.
 *
 * @param callSid what the socket takes for its call, for commands that name no leg.
 * @returns also the JSON, undefined when it is none.
 */
export function readInbound(
  raw: Buffer,
  callSid: string | undefined,
): { readonly json: unknown; readonly inbound: Inbound } {
  const content = raw.toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    const details = error instanceof Error ? error.message : String(error);
    return { json, inbound: { kind: 'invalid', error: { msg: 'InvalidMessage', details, content } } };
  }
  const classified = classify(json, callSid);
  if (classified.kind !== 'invalid') return { json, inbound: classified };
  const { details } = classified;
  return { json, inbound: { kind: 'invalid', error: { msg: 'InvalidMessage', details, content } } };
}

function classify(json: unknown, callSid: string | undefined): Classified {
  if (typeof json !== 'object' || json === null) return invalid('type property not supplied');
  const message: Record<string, unknown> = { ...json };
  const { type, msgid, command, data, queueCommand = false } = message;
  if (!type) return invalid('type property not supplied');
  if (type === 'ack') {
    return msgid ? { kind: 'ack', msgid: String(msgid), data } : invalid('msgid not supplied');
  }
  if (type !== 'command') return invalid(`invalid type property: ${String(type)}`);
  if (!command) return invalid('command property not supplied');
  if (!data && !WITHOUT_DATA.has(command)) return invalid('data property not supplied');
  // Only the camelCase callSid addresses a leg; call_sid is not looked at.
  const leg = typeof message['callSid'] === 'string' ? message['callSid'] : callSid;
  return {
    kind: 'command',
    command: {
      command: String(command),
      data,
      queueCommand: Boolean(queueCommand),
      callSid: leg,
      toolCallId: message['tool_call_id'],
    },
  };
}

function invalid(details: string): Classified {
  return { kind: 'invalid', details };
}
