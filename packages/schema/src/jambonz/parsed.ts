import type { Fault } from './fault.ts';
import type { NamedHook } from './verbs/index.ts';
import type { Warning } from './warning.ts';

/**
 * What a message does to the verbs that the call has not run yet.
 *
 * - `replaces`: others take their place, at once; also none (`redirect` with `[]`), or those that a `call_hook` answers
 *   with. `queueCommand` counts with an array of verbs only (`_onCommand` in lib/session/call-session.js of 0.9.8)
 * - `queues`: others come behind them
 * - `keeps`: nothing
 */
export type ApplicationEffect = 'replaces' | 'queues' | 'keeps';

/** What both kinds of valid message have. */
interface Parsed {
  readonly ok: true;
  /** The ids under which jambonz will report the verbs of this message. */
  readonly verbIds: readonly string[];
  /** What is lost of it on this generation of jambonz. */
  readonly warnings: readonly Warning[];
  /** The hooks it names, by which a `verb:hook` can be told from another; found when asked for. */
  hooks(): readonly NamedHook[];
}

/** A command that may go to a call. */
export interface ParsedCommand extends Parsed {
  readonly kind: 'command';
  readonly command: string;
  /** What to write to the websocket: the very payload that was parsed, unless normalising had to change it. */
  readonly payload: Uint8Array;
  readonly application: ApplicationEffect;
  /**
   * Of a `redirect` with at least one verb, the JSON array of its verbs, fit to be the `data` of an ack; of any other
   * command undefined. A view into `payload`, found when asked for.
   */
  applicationBytes(): Uint8Array | undefined;
}

/** An answer to a message of jambonz. */
export interface ParsedAck extends Parsed {
  readonly kind: 'ack';
  readonly msgid: string;
  /** The JSON array of its verbs: a view into the payload, unless normalising had to change it; undefined without `data`. */
  readonly verbs: Uint8Array | undefined;
  /**
   * `replaces` when there are verbs: that is what an `actionHook` does with them. What other hooks do (play them to whoever
   * waits, run them on the called leg) depends on the message that is answered, which the ack does not tell.
   */
  readonly application: ApplicationEffect;
}

/** A payload that must not go to a call, and everything that is wrong with it. */
export interface InvalidCommand {
  readonly ok: false;
  readonly faults: readonly Fault[];
}
