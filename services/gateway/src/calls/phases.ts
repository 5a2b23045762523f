import type { JambonzMessage } from '@jambus/schema';
import type { Deadline } from '../deadline-queue.ts';
import type { CallSocket } from './call-socket.ts';
import type { PastSearch } from './past-search.ts';

/**
 * The call comes from another gateway, and adapters are asked how far it had come. Its messages are kept until they can be
 * numbered, its commands until it is known which of them were decided.
 */
export interface AwaitingPast {
  readonly name: 'awaiting_past';
  readonly socket: CallSocket;
  readonly past: PastSearch;
}

/**
 * The other party has not answered yet, and jambonz tells how that goes; or a leg has just become a call of its own. It takes
 * commands when it has its application: that of a `session:new`, or one that it had before, of which nothing is said.
 */
export interface AwaitingSession {
  readonly name: 'awaiting_session';
  readonly socket: CallSocket;
  /** Runs from the answer on: without a `session:new` until then the call counts as live. */
  life: Deadline | undefined;
}

/**
 * jambonz has no session for the call yet: it waits for the initial application, or has it and has not given a sign. Only the
 * answer is written; other commands are lost over there, so they wait.
 */
export interface AwaitingApplication {
  readonly name: 'awaiting_application';
  readonly socket: CallSocket;
  /** Runs from the answer on: without a sign until then the call counts as live. */
  life: Deadline | undefined;
}

/** jambonz has a session for the call, and takes commands. */
export interface Live {
  readonly name: 'live';
  readonly socket: CallSocket;
}

/** The call has no websocket, and waits for jambonz to open the next one. A call begins in this phase. */
export interface Away {
  readonly name: 'away';
  /** What it goes on as with the next websocket. */
  readonly was: 'awaiting_session' | 'awaiting_application' | 'live';
  /** The search that is under way meanwhile. */
  readonly past: PastSearch | undefined;
  /** When it expires the call is lost; undefined before the first websocket. */
  readonly grace: Deadline | undefined;
}

/** The websocket is being closed so that jambonz opens the next one at another gateway. */
export interface Moving {
  readonly name: 'moving';
  readonly socket: CallSocket;
}

/**
 * Another gateway has the call, and jambonz still tells its status on a websocket here. What it says goes to that gateway,
 * which numbers it among the events of the call.
 */
export interface Relaying {
  readonly name: 'relaying';
  /** Its websockets here are not from its peer: what they still say goes nowhere. */
  readonly isRefused: boolean;
  /** Adapters that reach that gateway, as far as is known. */
  readonly via: readonly string[];
  readonly wasLive: boolean;
}

/** The call is here no longer. */
export interface Ended {
  readonly name: 'ended';
  /** jambonz had made a session of it. */
  readonly wasLive: boolean;
}

/**
 * Where a call stands. The websocket in a phase is the one for commands; the call may have others that only tell its status.
 * A call that jambonz has called ended stays in its phase until its websocket closes.
 */
export type Phase = AwaitingPast | AwaitingSession | AwaitingApplication | Live | Away | Moving | Relaying | Ended;

/** Nobody waits any more for a sign that the call is live. */
export function cancelLife(phase: Phase): void {
  if (phase.name === 'awaiting_session' || phase.name === 'awaiting_application') phase.life?.cancel();
}

/** The websocket of the phase, if it has one. */
export function socketOf(phase: Phase): CallSocket | undefined {
  return 'socket' in phase ? phase.socket : undefined;
}

/** Whether jambonz has made a session of the initial application. While the past is not known it counts as not. */
export function isLive(phase: Phase): boolean {
  switch (phase.name) {
    case 'live':
    case 'moving':
      return true;
    case 'away':
      return phase.was === 'live' && phase.past === undefined;
    case 'ended':
    case 'relaying':
      return phase.wasLive;
    default:
      return false;
  }
}

/** The search for the past that is under way in the phase. */
export function pastOf(phase: Phase): PastSearch | undefined {
  return phase.name === 'awaiting_past' || phase.name === 'away' ? phase.past : undefined;
}

/** The phase of a call that gets a websocket for commands, by the first message on it. */
export function phaseWith(socket: CallSocket, former: Phase, message: JambonzMessage): Phase {
  const past = pastOf(former);
  if (past !== undefined) return { name: 'awaiting_past', socket, past };
  switch (message.type) {
    case 'session:new':
      return { name: 'awaiting_application', socket, life: undefined };
    case 'session:redirect':
      return { name: 'live', socket };
    case 'session:adulting':
      // jambonz makes its session after the ack, and hears no command before that.
      return { name: 'awaiting_session', socket, life: undefined };
    case 'session:reconnect': {
      const was = former.name === 'away' ? former.was : former.name;
      if (was === 'awaiting_application') return { name: 'awaiting_application', socket, life: undefined };
      return was === 'awaiting_session'
        ? { name: 'awaiting_session', socket, life: undefined }
        : { name: 'live', socket };
    }
    default:
      // A call that jambonz is placing says so first; one that comes from another feature-server is in progress.
      return isBeingPlaced(message) ? { name: 'awaiting_session', socket, life: undefined } : { name: 'live', socket };
  }
}

function isBeingPlaced({ type, data }: JambonzMessage): boolean {
  return type === 'call:status' && (data['call_status'] === 'trying' || data['call_status'] === 'ringing');
}
