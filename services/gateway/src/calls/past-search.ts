import type { CallMemory, Contender, KnownFrame } from '@jambus/link';
import type { JambonzMessage } from '@jambus/schema';
import type { Deadline } from '../deadline-queue.ts';

/** What one adapter knows of a call's past. */
export interface KnownPast {
  /** Of its last event; 0 when it knows of none. */
  readonly epoch: number;
  readonly sequence: number;
  /** When the call began, ms since the epoch; undefined when it does not know. */
  readonly since: number | undefined;
  /** The former gateway has told all of it. */
  readonly certain: boolean;
  readonly memory: CallMemory | undefined;
  /** Another gateway has the call, and keeps it. */
  readonly elsewhere: KnownFrame['elsewhere'];
}

/** A message of the call that is kept back until its number is known. */
export interface KeptMessage {
  readonly message: JambonzMessage;
  readonly payload: Buffer;
  readonly at: number;
  /** Counts the websockets of the call on this gateway from 1. */
  readonly socket: number;
}

export interface PastSearchOptions {
  /** The websocket, should another gateway have the call. */
  readonly contender: Contender;
  /** False while adapters may still link that know more: the gateway has just started. */
  readonly allMayBeLinked: () => boolean;
  /** Has one adapter look at what is on the bus. @returns which one; undefined when none is linked */
  readonly recall: () => string | undefined;
  /** Called when adapters are asked, and when one says that it still looks: from now on the search waits for them. */
  readonly onAsked: () => void;
  /** Called once: everything that can be known is. */
  readonly onDone: () => void;
}

/**
 * The search for the past of a call that comes from another gateway. Each adapter tells what it knows; if none is certain,
 * because the former gateway died, one looks at what is on the bus. As long as no adapter is linked the search goes on:
 * nothing could be put on the bus anyway.
 */
export class PastSearch {
  readonly kept: KeptMessage[] = [];
  readonly found: KnownPast[] = [];
  /** Adapters that reach the gateway which has the call and keeps it. */
  readonly waysToKeeper: string[] = [];
  /** The deadline of those who are asked. */
  deadline: Deadline | undefined;
  /** How the call has ended meanwhile. */
  endsAs: 'ended' | 'lost' | undefined;
  readonly #options: PastSearchOptions;
  /** Adapters that have been asked and have not answered. */
  readonly #asked = new Set<string>();
  #heard = 0;
  /** The adapter that looks at the bus, or has looked there. */
  #looker: string | undefined;
  #done = false;

  constructor(options: PastSearchOptions) {
    this.#options = options;
  }

  get contender(): Contender {
    return this.#options.contender;
  }

  /** An adapter is asked. */
  expect(adapter: string): void {
    if (this.#asked.size === 0) this.#options.onAsked();
    this.#asked.add(adapter);
  }

  /** An adapter has answered. */
  hear(adapter: string, past: KnownPast): void {
    this.#asked.delete(adapter);
    this.#heard++;
    this.found.push(past);
    if (past.elsewhere !== undefined) this.waysToKeeper.push(adapter);
    this.look();
  }

  /** An adapter cannot answer yet: it goes on once the bus does. */
  wait(adapter: string): void {
    if (this.#asked.has(adapter)) this.#options.onAsked();
  }

  /** The link to an adapter is lost, and with it the answer. */
  forget(adapter: string): void {
    if (!this.#asked.delete(adapter)) return;
    if (adapter === this.#looker) this.#looker = undefined;
    this.look();
  }

  /** Looks whether everything that can be known is. */
  look(): void {
    if (this.#done || this.#asked.size > 0 || this.#heard === 0) return;
    if (this.#looker !== undefined || this.found.some(({ certain, elsewhere }) => certain || elsewhere !== undefined)) {
      this.finish();
      return;
    }
    if (!this.#options.allMayBeLinked()) return;
    this.#looker = this.#options.recall();
    // With nobody linked the search goes on with the next adapter that is.
    if (this.#looker !== undefined) this.expect(this.#looker);
  }

  /** Ends the search with what is known, unless it waits for an adapter to link. */
  giveUp(): void {
    if (this.#asked.size > 0) this.finish();
  }

  finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.deadline?.cancel();
    this.#options.onDone();
  }
}
