import { isCallSid, type JambonzMessage, sessionCallSid } from '@jambus/schema';
import { type Admission, CLAIM_MS, CLAIM_REFUSED } from './admission.ts';
import type { Call } from './call.ts';
import type { CallSocket } from './call-socket.ts';
import type { SocketOrigin } from './socket-origin.ts';
import { takesControl } from './socket-role.ts';

/** What became of a message on a websocket. */
export type Received =
  /** It is known what the websocket is for. */
  | { readonly kind: 'taken' }
  /** Not yet: the peer is one of jambonz, and will say so. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'refused'; readonly reason: string };

/** What a binding needs of the gateway. */
export interface BindingHost {
  /** The call that lives under this call_sid here, and that a first message may be about. */
  find(callSid: string, message: JambonzMessage): Call | undefined;
  /** Calls without websocket that may be meant by a peer that names none. */
  awayFor(origin: SocketOrigin): readonly Call[];
  /** Gives the websocket to its call, which begins with it if there is none. Undefined when it was sent elsewhere. */
  take(
    socket: CallSocket,
    callSid: string,
    message: JambonzMessage,
    payload: Buffer,
    origin: SocketOrigin,
  ): Call | undefined;
  /** Whether the peer may have to do with the call. */
  admit(call: Call, message: JambonzMessage, origin: SocketOrigin): Admission;
  /** Whether a leg that becomes a call of its own may be one of the call that it was a leg of. */
  admitChild(message: JambonzMessage, origin: SocketOrigin): boolean;
  /** Acks a `session:reconnect` of a call that is not known yet. */
  ackUnknown(socket: CallSocket, message: JambonzMessage): void;
  clash(callSid: string, message: JambonzMessage, origin: SocketOrigin): void;
}

/** One websocket of jambonz, and the call that it belongs to, which is found from what it says. */
export interface SocketBinding {
  receive(message: JambonzMessage, payload: Buffer): Received;
  closed(code: number): void;
  /** The websocket has been given to a call, or sent away. */
  readonly isSettled: boolean;
}

interface Early {
  readonly message: JambonzMessage;
  readonly payload: Buffer;
}

const TAKEN: Received = { kind: 'taken' };
const WAITING: Received = { kind: 'waiting' };
/** A peer that says more than this before its call is known is none of jambonz. */
const MOST_EARLY = 64;

export function bindSocket(socket: CallSocket, origin: SocketOrigin, host: BindingHost): SocketBinding {
  let call: Call | undefined;
  let settled = false;
  let claiming = false;
  /** What was said before it was known for whom, oldest first. */
  const early: Early[] = [];

  /** Gives the websocket to its call, with everything that was said on it. */
  const bind = (callSid: string, message: JambonzMessage, payload: Buffer): void => {
    settled = true;
    const all = [...early.splice(0), { message, payload }];
    const [first, ...rest] = all as [Early, ...Early[]];
    call = host.take(socket, callSid, first.message, first.payload, origin);
    for (const next of rest) call?.receive(socket, next.message, next.payload);
  };

  const refuseClaim = (callSid: string, message: JambonzMessage): Received => {
    settled = true;
    host.clash(callSid, message, origin);
    return { kind: 'refused', reason: CLAIM_REFUSED };
  };

  /** The websocket that has the call is asked whether its peer is still there. */
  const claim = (known: Call, callSid: string, message: JambonzMessage, payload: Buffer): Received => {
    claiming = true;
    socket.pause();
    known.whenControlGone(CLAIM_MS, (gone) => {
      claiming = false;
      socket.resume();
      if (!socket.isOpen) return;
      if (gone) bind(callSid, message, payload);
      else {
        refuseClaim(callSid, message);
        socket.close(POLICY_VIOLATION, CLAIM_REFUSED);
      }
    });
    return WAITING;
  };

  const first = (message: JambonzMessage, payload: Buffer): Received => {
    if (early.length === 0 && !comesFirst(message)) {
      return { kind: 'refused', reason: `expected a session or a status, not ${message.type}` };
    }
    const callSid = callSidOf(message);
    if (callSid === undefined) return withoutCall(message, payload);
    if (!isCallSid(callSid)) return { kind: 'refused', reason: 'its call_sid cannot be an address on a bus' };
    const known = host.find(callSid, message);
    if (known === undefined && !host.admitChild(message, origin)) return refuseClaim(callSid, message);
    const admission = known === undefined ? 'yes' : host.admit(known, message, origin);
    if (admission === 'no') return refuseClaim(callSid, message);
    if (admission === 'when_former_is_gone' && known !== undefined) return claim(known, callSid, message, payload);
    bind(callSid, message, payload);
    return TAKEN;
  };

  /** A call that had no session yet comes back without a word about which it is (ws-requestor.js of 0.9.8: no session data). */
  const withoutCall = (message: JambonzMessage, payload: Buffer): Received => {
    if (message.type !== 'session:reconnect' && early.length === 0) {
      return { kind: 'refused', reason: `expected a message that names its call, not ${message.type}` };
    }
    if (early.length >= MOST_EARLY) return { kind: 'refused', reason: 'nothing that was said names a call' };
    if (message.type === 'session:reconnect') host.ackUnknown(socket, message);
    const [only, ...others] = host.awayFor(origin);
    if (only !== undefined && others.length === 0) {
      bind(only.callSid, message, payload);
      return TAKEN;
    }
    early.push({ message, payload });
    return WAITING;
  };

  /** What comes once the call is known: a websocket that tells the status may claim no more than a fresh one. */
  const further = (known: Call, message: JambonzMessage, payload: Buffer): Received => {
    const isClaim = takesControl(message) && !known.isGone && !known.isControl(socket);
    if (isClaim && host.admit(known, message, origin) !== 'yes') return refuseClaim(known.callSid, message);
    known.receive(socket, message, payload);
    return TAKEN;
  };

  return {
    get isSettled() {
      return settled;
    },
    receive(message, payload) {
      if (call !== undefined) return further(call, message, payload);
      if (claiming) {
        if (early.length < MOST_EARLY) early.push({ message, payload });
      } else if (!settled) return first(message, payload);
      return TAKEN;
    },
    closed(code) {
      settled = true;
      call?.detach(socket, code);
    },
  };
}

const POLICY_VIOLATION = 1008;

/** jambonz begins every websocket with a message about the session or the status of a call (0.9.8). */
function comesFirst({ type }: JambonzMessage): boolean {
  return type.startsWith('session:') || type === 'call:status';
}

/** The call that a first message is about. A text message has no call, and lives under its own id. */
function callSidOf(message: JambonzMessage): string | undefined {
  const callSid = sessionCallSid(message) ?? textOf(message.data['call_sid']);
  if (callSid !== undefined) return callSid;
  return message.type === 'session:new' ? textOf(message.data['message_sid']) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
