import { type Attributes, JambusError, positionOf } from '@jambus/schema';
import type { CommandRecord } from '../../port/index.ts';
import { Wakers } from '../../waiting/wakers.ts';
import { ownBytes } from './channel-log.ts';
import { Log, type Retention } from './log.ts';

/** A command as a publisher hands it in. */
export interface MemoryCommand {
  /** Undefined goes to the dead letters in the end, like a Kafka record without a key. */
  readonly callSid: string | undefined;
  readonly attributes: Attributes;
  readonly payload: Uint8Array;
}

/** What a command costs beside its payload, bytes, roughly. */
const COMMAND_OVERHEAD_BYTES = 512;

interface Stored {
  readonly record: CommandRecord;
  readonly bytes: number;
}

/** One partition of the commands: a log that is trimmed behind what is committed, and refuses when it is full. */
export class CommandPartition {
  readonly index: number;
  readonly #logName: string;
  readonly #log: Log<Stored>;
  readonly #wakers = new Wakers();
  #committed = 0;

  /** @param life names this life of the broker in positions */
  constructor(index: number, life: string, retention: Retention) {
    this.index = index;
    this.#logName = `${life}/${index}`;
    this.#log = new Log(retention);
  }

  /** Offset of the oldest record that nobody has finished. */
  get committed(): number {
    return this.#committed;
  }

  /** Records that nobody has finished. */
  get backlog(): number {
    return this.#log.nextOffset - this.#committed;
  }

  /** @throws JambusError `overloaded` when adapters are too far behind */
  append(command: MemoryCommand): string {
    const payload = ownBytes(command.payload);
    const bytes = payload.byteLength + COMMAND_OVERHEAD_BYTES;
    if (this.#log.isFullFor(bytes)) {
      throw new JambusError('overloaded', 'the commands of this partition are not being consumed fast enough');
    }
    const position = positionOf(this.#logName, this.#log.nextOffset);
    const { callSid, attributes } = command;
    this.#log.append({
      record: {
        callSid,
        attributes,
        payload,
        publishedAt: Date.now(),
        position,
        maybeRepeated: false,
        replyTo: undefined,
      },
      bytes,
    });
    this.#wakers.wake();
    return position;
  }

  at(offset: number): CommandRecord | undefined {
    return this.#log.at(offset)?.record;
  }

  /** Resolves when something was written or `wake()` was called. */
  whenWritten(): Promise<void> {
    return this.#wakers.wait();
  }

  wake(): void {
    this.#wakers.wake();
  }

  commit(offset: number): void {
    if (offset <= this.#committed) return;
    this.#committed = offset;
    this.#log.dropBefore(offset);
  }
}
