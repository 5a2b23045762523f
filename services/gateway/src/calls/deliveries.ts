import type { CommandFrame, OutcomeFrame, RejectionCode } from '@jambus/schema';
import type { Span } from '@jambus/telemetry';
import type { GatewaySpans } from '../gateway-spans.ts';
import type { Answers } from './answers.ts';
import type { CallSocket } from './call-socket.ts';
import type { RecentCommands } from './recent-commands.ts';
import type { VerbTracker } from './verb-tracker.ts';
import { redirectMessage, redirectVerbs } from './wire.ts';

/** What became of a command. */
export type CommandOutcome = Pick<OutcomeFrame, 'status' | 'code' | 'detail'>;

/** A command as it comes from an adapter, and whom to tell what came of it. */
export interface LinkedCommand {
  readonly frame: CommandFrame;
  readonly payload: Buffer;
  settle(outcome: CommandOutcome): void;
}

/** A command on its way to a call's websocket. */
export interface InboundCommand extends LinkedCommand {
  /** Its way through this gateway. */
  readonly span: Span;
}

export interface DeliverySettings {
  /** Most bytes of one message to jambonz, which kills the socket over a larger one. */
  readonly maxMessageBytes: number;
  readonly spans: Pick<GatewaySpans, 'write'>;
}

/** What a delivery asks of its call. */
export interface DeliveryTarget {
  readonly answers: Answers;
  readonly recent: RecentCommands;
  readonly verbs: VerbTracker;
  /** The number of the call's last event. */
  readonly sequence: number;
  readonly ended: boolean;
  /** The websocket, when it may be written to now. */
  readonly writable: CallSocket | undefined;
}

/** The last step of every command: onto the websocket, once, in time, in order. */
export interface Deliveries {
  /** Delivers, refuses, or holds until the websocket is back. */
  deliver(command: InboundCommand): void;
  /** Writes what was held, as far as the websocket takes it. */
  release(): void;
  /** Refuses held commands whose time is over. */
  expire(nowMs: number): void;
  /** Settles every held command with `outcome`. */
  settleAll(outcome: CommandOutcome): void;
  /** How many commands wait for the websocket. */
  readonly held: number;
}

const DELIVERED: CommandOutcome = { status: 'delivered' };

/** What is written to the websocket for a command; without `message` nothing has to be. */
interface Plan {
  readonly message: Uint8Array | undefined;
  /** The question of jambonz that the message answers. */
  readonly answers?: string;
}

/** @param onHolding told when the first command is held and when the last one is gone */
export function createDeliveries(
  settings: DeliverySettings,
  target: DeliveryTarget,
  onHolding: (holding: boolean) => void,
): Deliveries {
  const held: InboundCommand[] = [];

  const hold = (command: InboundCommand, first: boolean): void => {
    if (first) held.unshift(command);
    else held.push(command);
    if (held.length === 1) onHolding(true);
  };

  const takeHeld = (): InboundCommand | undefined => {
    const command = held.shift();
    if (command !== undefined && held.length === 0) onHolding(false);
    return command;
  };

  /** @returns false when the command has to wait after all, which it does in front of the others */
  const write = (command: InboundCommand, socket: CallSocket): boolean => {
    const { frame } = command;
    const refusal = refuse(frame, target);
    const plan = refusal === undefined ? compose(command, target.answers) : undefined;
    const fault = refusal ?? tooLarge(plan?.message, settings.maxMessageBytes);
    if (fault !== undefined) {
      target.recent.forget(frame.id);
      command.settle(fault);
      return true;
    }
    const seen = target.recent.get(frame.id) ?? target.recent.add(frame.id, frame.position, false);
    if (plan?.answers !== undefined) target.answers.close(plan.answers);
    else if (target.answers.initial !== undefined) {
      // A command finds nobody listening over there before the call has an application: give it one first.
      target.answers.release();
      hold(command, true);
      return false;
    }
    target.verbs.brought(frame.verbs, frame.id);
    if (plan?.message === undefined) {
      seen.delivered = true;
      command.settle(DELIVERED);
      return true;
    }
    const writing = settings.spans.write(command, plan.message.length);
    socket.send(plan.message, (error) => {
      writing.end(error === undefined ? undefined : 'socket_closed');
      if (error === undefined) {
        seen.delivered = true;
        command.settle(DELIVERED);
        deliveries.release();
      } else if (target.ended) {
        command.settle(rejected('call_ended', 'the call ended before the command could be written'));
      } else {
        hold(command, true);
      }
    });
    return true;
  };

  const deliveries: Deliveries = {
    deliver(command) {
      const { frame } = command;
      const seen = target.recent.get(frame.id);
      if (seen !== undefined) {
        repeat(command, seen.position === frame.position, seen.delivered, held);
        return;
      }
      if (target.ended) {
        command.settle(rejected('call_ended', 'the call has ended'));
        return;
      }
      const socket = target.writable;
      if (socket !== undefined && held.length === 0) {
        write(command, socket);
        return;
      }
      target.recent.add(frame.id, frame.position, false);
      hold(command, false);
    },
    release() {
      for (let socket = target.writable; socket !== undefined && held.length > 0; socket = target.writable) {
        const command = takeHeld();
        if (command !== undefined && !write(command, socket)) return;
      }
    },
    expire(nowMs) {
      if (!held.some(({ frame }) => frame.expires <= nowMs)) return;
      for (const command of held.splice(0)) {
        if (command.frame.expires > nowMs) held.push(command);
        else {
          target.recent.forget(command.frame.id);
          command.settle(expired('waiting for the websocket of the call'));
        }
      }
      if (held.length === 0) onHolding(false);
    },
    settleAll(outcome) {
      for (let command = takeHeld(); command !== undefined; command = takeHeld()) {
        target.recent.forget(command.frame.id);
        command.settle(outcome);
      }
    },
    get held() {
      return held.length;
    },
  };
  return deliveries;
}

/** A command id seen before: the same record again keeps its one effect and its one outcome, another record is refused. */
function repeat(command: InboundCommand, sameRecord: boolean, delivered: boolean, held: InboundCommand[]): void {
  if (!sameRecord) {
    command.settle(rejected('duplicate', `a command with the id ${command.frame.id} was sent to this call before`));
    return;
  }
  if (delivered) {
    command.settle(DELIVERED);
    return;
  }
  const at = held.findIndex(({ frame }) => frame.id === command.frame.id);
  // Between the write and its confirmation it is in nobody's list: the same record comes back only from an adapter that
  // took over a dead one's work, which has to ask again.
  if (at === -1) command.settle({ status: 'returned' });
  else held[at] = command;
}

function refuse(frame: CommandFrame, target: DeliveryTarget): CommandOutcome | undefined {
  if (frame.expires <= Date.now()) return expired('on the way to the websocket');
  if (frame.ifverbid !== undefined && !target.verbs.isPlaying(frame.ifverbid)) {
    return rejected('precondition_failed', `ifverbid: the verb ${frame.ifverbid} is not running now`);
  }
  if (frame.ifsequence !== undefined && frame.ifsequence !== target.sequence) {
    return rejected(
      'precondition_failed',
      `ifsequence: asked for ${frame.ifsequence}, the last event of the call is ${target.sequence}`,
    );
  }
  return undefined;
}

function compose({ frame, payload }: InboundCommand, answers: Answers): Plan {
  if (frame.msgid !== undefined) {
    const verbs = payload.length === 0 ? undefined : payload;
    const message = answers.compose(frame.msgid, verbs);
    if (message !== undefined) return { message, answers: frame.msgid };
    // jambonz only logs an answer that comes late; what it wanted to say goes as a command instead.
    return { message: verbs === undefined ? undefined : redirectMessage(verbs) };
  }
  if (frame.name === 'redirect' && answers.initial !== undefined) {
    const verbs = redirectVerbs(payload);
    const message = verbs === undefined ? undefined : answers.compose(answers.initial, verbs);
    if (message !== undefined) return { message, answers: answers.initial };
  }
  return { message: payload };
}

function tooLarge(message: Uint8Array | undefined, limit: number): CommandOutcome | undefined {
  if (message === undefined || message.length <= limit) return undefined;
  return rejected(
    'too_large',
    `the message to jambonz would have ${message.length} bytes, and jambonz drops a call's websocket over more than ${limit}`,
  );
}

function expired(where: string): CommandOutcome {
  return rejected('expired', `its expirytime passed ${where}`);
}

function rejected(code: RejectionCode, detail: string): CommandOutcome {
  return { status: 'rejected', code, detail };
}
