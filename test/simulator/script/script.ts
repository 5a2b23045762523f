import type { JsonObject } from '../wire/json.ts';

/** When a step of the caller is due. */
export type Trigger =
  /** At a gather with this actionHook. */
  | { readonly kind: 'hook'; readonly hook: string }
  /** When the verb with this id, or of this name, starts; a gather is answered then. */
  | { readonly kind: 'verb'; readonly verb: string }
  /** When the verb with this id, or of this name, has finished. */
  | { readonly kind: 'verb finished'; readonly verb: string }
  /** This many simulated ms after the call was set up. */
  | { readonly kind: 'time'; readonly afterMs: number };

/** What the caller does. */
export type Action =
  | { readonly kind: 'speech'; readonly speech: string }
  | { readonly kind: 'digits'; readonly digits: string }
  | { readonly kind: 'silence' }
  | { readonly kind: 'hangup' }
  /** In a dial: a party puts the other on hold, or takes it back. */
  | { readonly kind: 'hold' | 'unhold'; readonly by: Party }
  /** In a dial: a party asks to be connected to somebody else (SIP REFER). */
  | { readonly kind: 'refer'; readonly by: Party; readonly to: string }
  /** Not the caller but jambonz says this, whatever the call's state. */
  | { readonly kind: 'send'; readonly type: string; readonly hook: string | undefined; readonly data: JsonObject };

/** Who of the two in a dial. */
export type Party = 'caller' | 'callee';

/** What those who are called do: the target of a `dial`, or the person an outbound call is for. */
export interface Callee {
  readonly answer: 'answer' | 'busy' | 'no answer' | 'failed';
  /** How long it rings, simulated ms; who does not answer lets it ring for as long as jambonz waits. */
  readonly ringMs: number;
  /** When the callee hangs up, simulated ms after the answer; Infinity: leaves that to others. */
  readonly hangUpAfterMs: number;
}

/** Somebody who answers after a second. */
export const WILLING_CALLEE: Callee = { answer: 'answer', ringMs: 1000, hangUpAfterMs: Number.POSITIVE_INFINITY };

export interface CallerStep {
  readonly trigger: Trigger;
  readonly action: Action;
  /** Simulated ms between trigger and action; undefined: a gather is answered half a second after its prompt, the rest at once. */
  readonly delayMs: number | undefined;
}

/** Something jambonz or the network would do wrong, to see what the server makes of it. */
export type FaultKind =
  | { readonly kind: 'cut' }
  | { readonly kind: 'close'; readonly code: number }
  | { readonly kind: 'oversized'; readonly bytes: number }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'binary' }
  | { readonly kind: 'second session' }
  /** What the server sends is lost, until the next socket. */
  | { readonly kind: 'deaf' }
  | { readonly kind: 'stop reading' }
  | { readonly kind: 'resume reading' };

export interface FaultStep {
  readonly fault: FaultKind;
  /** Due at the n-th message from the server, the first being 1; or after this many simulated ms of the call. */
  readonly due: { readonly message: number } | { readonly afterMs: number };
}

/** How a call goes, apart from what the server wants of it. */
export interface CallScript {
  readonly caller: readonly CallerStep[];
  readonly faults: readonly FaultStep[];
  /** Simulated ms by verb name. */
  readonly durations: Readonly<Record<string, number>>;
  /** Default: {@link WILLING_CALLEE}. */
  readonly callee?: Callee;
  /** Verbs that fail, by id or name, and what jambonz says about it. */
  readonly failures?: Readonly<Record<string, string>>;
}

/** A caller who listens until the application hangs up. */
export const SILENT_CALLER: CallScript = { caller: [], faults: [], durations: {} };
