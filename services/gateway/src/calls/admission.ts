import type { Contender, KeptFrame } from '@jambus/link';
import type { JambonzMessage } from '@jambus/schema';
import type { Call } from './call.ts';
import { isSamePeer, type Peer } from './socket-origin.ts';

/** Whether a websocket may have to do with a call. */
export type Admission = 'yes' | 'no' | 'when_former_is_gone';

/** How long a peer waits that claims a call which another websocket has, ms. jambonz gives an ack 5 s. */
export const CLAIM_MS = 2_000;
/** What a peer hears whose claim is refused. */
export const CLAIM_REFUSED = 'another websocket has this call';

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
export function admit(call: Call, { type }: Pick<JambonzMessage, 'type'>, peer: Peer): Admission {
  const known = call.origin;
  if (known !== undefined && known.user !== peer.user) return 'no';
  if (!call.hasControl) return 'yes';
  if (type === 'session:new') return 'no';
  return known === undefined || isSamePeer(known, peer) ? 'yes' : 'when_former_is_gone';
}

/**
 * Decides about a websocket at another gateway by the same rules, and by what has become of the one here: where that is gone
 * the other is the one for commands, whatever it says first.
 *
 * @param decide `undefined`: this gateway gives the call up
 */
export function judgeContender(
  call: Call,
  contender: Contender,
  decide: (kept: KeptFrame['as'] | undefined) => void,
): void {
  const admission = admit(call, { type: 'session:reconnect' }, contender);
  if (admission === 'no') decide('refused');
  else if (admission === 'yes' && contender.control) decide(undefined);
  else {
    call.whenControlGone(CLAIM_MS, (gone) => {
      if (gone) decide(undefined);
      else decide(admission === 'yes' ? 'status' : 'refused');
    });
  }
}
