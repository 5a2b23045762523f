import type { Verb } from '../verbs/application.ts';
import type { JsonObject } from '../wire/json.ts';

/** How a call comes about, which decides what its first message is. */
export type CallKind =
  /** Somebody calls the application: `session:new` first. */
  | { readonly kind: 'inbound' }
  /** The application calls somebody, by REST or the command `dial`: `call:status` first, `session:new` when it is answered; never, if `verbs` are stored with the platform (`app_json`). */
  | { readonly kind: 'outbound'; readonly verbs?: readonly unknown[] }
  /**
   * The call has its verbs already: it goes on on another feature-server, where its conference or queue lives, or its
   * application is stored with the platform (`app_json`). `call:status` first, and never a `session:new`.
   */
  | { readonly kind: 'resumed'; readonly verbs: readonly unknown[] }
  /** A leg that was dialled becomes a call of its own: `session:adulting` first. Made by the simulator itself. */
  | { readonly kind: 'adulting'; readonly verbs: Verb[]; readonly parent: JsonObject }
  /** A text message: `session:new` without a call. */
  | { readonly kind: 'sms'; readonly text: string };
