import type { JambonzMessage } from '@jambus/schema';

/** `control`: commands go there, hooks and verb:status come from there. `status`: only call:status comes. */
export type SocketRole = 'control' | 'status';

/** What the role of a fresh websocket depends on. */
export interface RoleContext {
  /** The call has a websocket for commands now. */
  readonly hasControl: boolean;
  /** Every websocket that the call has had was one of this gateway, so its paths are known. */
  readonly isAtHome: boolean;
  /** The path of that websocket, or of the last one. */
  readonly application: string;
  /** A status websocket of this path has closed and not come back. */
  awaitsStatus(application: string): boolean;
}

/** The messages that make a websocket the one for commands (lib/session and lib/utils/ws-requestor.js of 0.9.8). */
const CONTROL: ReadonlySet<string> = new Set(['session:new', 'session:redirect', 'session:adulting']);

/** Whether a message on a status websocket makes it the one for commands. */
export function takesControl({ type }: Pick<JambonzMessage, 'type'>): boolean {
  return CONTROL.has(type);
}

/**
 * The role of a fresh websocket, by what it says first. A `session:reconnect` does not tell which of a call's websockets
 * has come back: it is the one for commands when that is away, or when no other of its path is missing.
 *
 * @param application the path of the fresh websocket
 */
export function roleOf(
  message: Pick<JambonzMessage, 'type'>,
  application: string,
  call: RoleContext | undefined,
): SocketRole {
  if (call === undefined || takesControl(message)) return 'control';
  const isReconnect = message.type === 'session:reconnect';
  // jambonz dials the same path again.
  if (!call.hasControl) return isReconnect && call.isAtHome && application !== call.application ? 'status' : 'control';
  if (!isReconnect) return 'status';
  if (call.awaitsStatus(application)) return 'status';
  return application === call.application ? 'control' : 'status';
}
