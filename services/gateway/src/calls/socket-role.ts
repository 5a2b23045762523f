import type { JambonzMessage } from '@jambus/schema';

/** `control`: commands go there, hooks and verb:status come from there. `status`: only call:status comes. */
export type SocketRole = 'control' | 'status';

/** What the role of a fresh websocket depends on. */
export interface RoleContext {
  /** The call has a websocket for commands now. */
  readonly hasControl: boolean;
  /** The path of that websocket, or of the last one. */
  readonly application: string;
  /** A status websocket of this path has closed and not come back. */
  awaitsStatus(application: string): boolean;
}

/** The messages that make a websocket the one for commands (lib/session and lib/utils/ws-requestor.js of 0.9.8). */
const CONTROL: ReadonlySet<string> = new Set(['session:new', 'session:redirect', 'session:adulting']);

/** Whether a message on a status websocket makes it the one for commands. */
export function takesControl({ type }: JambonzMessage): boolean {
  return CONTROL.has(type);
}

/**
 * The role of a fresh websocket, by what it says first. A `session:reconnect` does not tell which of a call's websockets
 * has come back: it is the one for commands when that is away, or when no other of its path is missing.
 *
 * @param application the path of the fresh websocket
 */
export function roleOf(message: JambonzMessage, application: string, call: RoleContext | undefined): SocketRole {
  if (call === undefined || !call.hasControl || takesControl(message)) return 'control';
  if (message.type !== 'session:reconnect') return 'status';
  if (call.awaitsStatus(application)) return 'status';
  return application === call.application ? 'control' : 'status';
}
