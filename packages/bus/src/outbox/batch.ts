import type { JambusError } from '@jambus/schema';
import type { BusMessage } from '../port/index.ts';

/** Told once what came of a message: nothing when the broker has it, else why it never will. */
export type OnPublished = (error?: JambusError) => void;

/** Told whether a message of the batch still has to go out. */
type IsWanted = (owner: object | undefined) => boolean;

/** What a message weighs beside its payload, bytes: address and attributes, roughly. */
const MESSAGE_OVERHEAD_BYTES = 512;

/** The size a message is counted with against the bounds of the outbox, bytes. */
export function weightOf(message: BusMessage): number {
  return message.payload.byteLength + MESSAGE_OVERHEAD_BYTES;
}

/**
 * Messages that go to the broker together, and whom to tell. Messages and callbacks are two arrays side by side, so that a
 * batch is handed to the sink as it is and a message costs no object of its own.
 */
export class Batch {
  readonly messages: BusMessage[] = [];
  readonly callbacks: OnPublished[] = [];
  /** For whom each message is published, so that all of one owner can be dropped. */
  readonly owners: (object | undefined)[] = [];
  bytes = 0;
  /** So many messages at the front have had their answer; answers are given from front to back. */
  settled = 0;
  /** The batch after this one. */
  next: Batch | undefined;

  add(message: BusMessage, onPublished: OnPublished, bytes: number, owner: object | undefined): void {
    this.messages.push(message);
    this.callbacks.push(onPublished);
    this.owners.push(owner);
    this.bytes += bytes;
  }

  /** Takes out what is no longer wanted. Call it before any message of the batch has its answer. @returns what it took out */
  withdraw(isWanted: IsWanted): readonly { readonly message: BusMessage; readonly onPublished: OnPublished }[] {
    const taken = [];
    let kept = 0;
    for (const [index, message] of this.messages.entries()) {
      const onPublished = this.callbacks[index] as OnPublished;
      const owner = this.owners[index];
      if (isWanted(owner)) {
        this.messages[kept] = message;
        this.callbacks[kept] = onPublished;
        this.owners[kept] = owner;
        kept++;
      } else {
        taken.push({ message, onPublished });
      }
    }
    this.messages.length = kept;
    this.callbacks.length = kept;
    this.owners.length = kept;
    return taken;
  }
}
