import type { JambonzMessage } from '@jambus/schema';
import type { Call } from './call.ts';
import { isSamePeer, type SocketOrigin } from './socket-origin.ts';

/**
 * Whether a websocket may have to do with a call that lives here. Who knows a call_sid is not thereby its peer: a stranger
 * must not be able to end or take a live call.
 *
 * - A `session:new` for a call that has a websocket is never legitimate.
 * - The same peer (address, and user where one is asked for) may: its older websocket may be dead.
 * - Another address may when the websocket that has the call is gone, which it is asked: a call that moves between
 *   feature-servers comes from another one.
 * - Another user may never.
 */
export function admit(call: Call, message: JambonzMessage, origin: SocketOrigin): 'yes' | 'no' | 'when_former_is_gone' {
  const known = call.origin;
  if (known !== undefined && known.user !== origin.user) return 'no';
  if (!call.hasControl) return 'yes';
  if (message.type === 'session:new') return 'no';
  return known === undefined || isSamePeer(known, origin) ? 'yes' : 'when_former_is_gone';
}
