import type { EventFrame } from '@jambus/link';
import { type JambonzMessage, type JambusMessageOf, type JambusMessageType, traceparentOfB3 } from '@jambus/schema';
import type { VerbRuns } from './verb-runs.ts';

/** The call that events are about. */
export interface EventSubject {
  readonly callSid: string;
  readonly application: string;
  readonly traceparent: string | undefined;
  readonly verbs: VerbRuns;
  /** The position up to which the commands of the call are decided. */
  readonly decidedPosition: string | undefined;
  /** A message shows that this command has arrived. */
  confirm(commandId: string): void;
}

/** The events of a call, numbered without a gap. */
export class CallEvents {
  /** Number of the last one. */
  sequence = 0;
  readonly #subject: EventSubject;
  readonly #publish: (event: EventFrame, payload: Buffer) => void;
  /** The numbers of the past are not to be had, which the next event says. */
  #isReset = false;

  constructor(subject: EventSubject, publish: (event: EventFrame, payload: Buffer) => void) {
    this.#subject = subject;
    this.#publish = publish;
  }

  /** Goes on behind the event with this number; 0: nobody knows of one. */
  goOnBehind(sequence: number): void {
    this.sequence = Math.max(this.sequence, sequence);
    this.#isReset = sequence === 0;
  }

  /**
   * Gives a message its number and publishes it.
   *
   * @param time when it came, ms since the epoch
   * @param epoch of its websocket
   */
  report(message: JambonzMessage, payload: Buffer, time: number, epoch: number): void {
    const subject = this.#subject;
    const { causation, result } = subject.verbs.observe(message);
    // The result of a command comes before what became of it.
    if (causation !== undefined) subject.confirm(causation);
    const { callSid, application, decidedPosition: decided } = subject;
    const traceparent = traceparentOfB3(message.b3) ?? subject.traceparent;
    this.sequence++;
    const { sequence } = this;
    const event: EventFrame = {
      t: 'event',
      n: 0,
      call: callSid,
      epoch,
      sequence,
      type: message.type,
      time,
      application,
    };
    if (this.#isReset) event.reset = true;
    if (result !== undefined) {
      event.result = result;
      if (decided !== undefined) event.decided = decided;
    } else if (causation !== undefined) event.causation = causation;
    if (traceparent !== undefined) event.traceparent = traceparent;
    this.#publish(event, payload);
    this.#isReset = false;
  }
}

/** Something jambus itself has to say about a call, in the form of a jambonz message. */
export function ownMessage<Type extends JambusMessageType>(
  callSid: string,
  type: Type,
  data: JambusMessageOf<Type>['data'],
): readonly [JambonzMessage, Buffer] {
  const message: JambonzMessage = { type, msgid: undefined, call_sid: callSid, data };
  return [message, Buffer.from(JSON.stringify({ type, call_sid: callSid, data }))];
}
