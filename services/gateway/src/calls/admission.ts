import type { Contender, KeptFrame } from '@jambus/link';
import type { JambonzMessage } from '@jambus/schema';
import type { Call } from './call.ts';
import { isSamePeer, type Peer, type SocketOrigin } from './socket-origin.ts';
import { roleOf } from './socket-role.ts';

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
 * - Another user may never, nor one that does not name the account of the call: jambonz names it in each of these messages.
 * - A `session:reconnect` comes from the path that the websocket had which jambonz opens anew.
 * - A `session:new` for a call that has a websocket is never legitimate.
 * - A `session:reconnect` or `session:adulting` may when the websocket that has the call is gone, which it is asked: jambonz
 *   dials again when it has left the former one, whether that has been seen here or not.
 * - The same peer (address, and user where one is asked for) may open further ones: of a `redirect` verb, of a `statusHook`.
 * - Another address may when the websocket that has the call is gone: a call that moves between feature-servers comes from
 *   another one.
 */
export function admit(call: Call, message: Pick<JambonzMessage, 'type' | 'data'>, origin: SocketOrigin): Admission {
  if (isOfOtherAccount(call, message)) return 'no';
  if (message.type === 'session:reconnect' && call.isAtHome && !call.knowsPath(origin.application)) return 'no';
  const admission = admitPeer(call, origin);
  if (admission !== 'yes' || !call.hasControl) return admission;
  switch (message.type) {
    case 'session:new':
      return 'no';
    case 'session:adulting':
      return 'when_former_is_gone';
    case 'session:reconnect':
      return roleOf(message, origin.application, call) === 'control' ? 'when_former_is_gone' : 'yes';
    default:
      return 'yes';
  }
}

/** Whether a leg may become a call of its own: it is of the account of its parent. */
export function admitChild(parent: Call, message: Pick<JambonzMessage, 'data'>, { user }: Peer): boolean {
  return !isOfOtherAccount(parent, message) && (parent.origin === undefined || parent.origin.user === user);
}

/** The account that a message names: each that can be the first one of a websocket does. */
export function accountOf({ data }: Pick<JambonzMessage, 'data'>): string | undefined {
  const account = data['account_sid'];
  return typeof account === 'string' && account !== '' ? account : undefined;
}

function isOfOtherAccount({ account }: Call, message: Pick<JambonzMessage, 'data'>): boolean {
  return account !== undefined && account !== accountOf(message);
}

/** By who it is, whatever it says. */
function admitPeer(call: Call, peer: Peer): Admission {
  const known = call.origin;
  if (known !== undefined && known.user !== peer.user) return 'no';
  if (!call.hasControl) return 'yes';
  return known === undefined || isSamePeer(known, peer) ? 'yes' : 'when_former_is_gone';
}

/**
 * Decides about a websocket at another gateway by who its peer is, and by what has become of the one here: where that is gone
 * the other is the one for commands, whatever it says first.
 *
 * @param decide `undefined`: this gateway gives the call up
 */
export function judgeContender(
  call: Call,
  contender: Contender,
  decide: (kept: KeptFrame['as'] | undefined) => void,
): void {
  const admission = admitPeer(call, contender);
  if (admission === 'no') decide('refused');
  else if (contender.begins === true && call.hasControl) {
    // jambonz tries another gateway when one has not answered; a call that has a websocket does not begin again.
    call.whenControlGone(CLAIM_MS, (gone) => decide(gone ? undefined : 'refused'));
  } else if (admission === 'yes' && contender.control) decide(undefined);
  else {
    call.whenControlGone(CLAIM_MS, (gone) => {
      if (gone) decide(undefined);
      else if (admission === 'yes') {
        call.noteElsewhere();
        decide('status');
      } else decide('refused');
    });
  }
}
