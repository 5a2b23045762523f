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
  /** Not the caller but jambonz says this, whatever the call's state. */
  | { readonly kind: 'send'; readonly type: string; readonly hook: string | undefined; readonly data: JsonObject };

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
}

/** A caller who listens until the application hangs up. */
export const SILENT_CALLER: CallScript = { caller: [], faults: [], durations: {} };
