import type { Command } from './commands/command.ts';
import type { CallKind } from './kinds/call-kind.ts';
import { type CallScript, SILENT_CALLER } from './script/script.ts';
import { type Address, parseAddress } from './wire/address.ts';
import type { LoggedMessage } from './wire/message-log.ts';

/** How a simulated call is set up. Everything left out is as in jambonz feature-server 0.9.8. */
export interface CallOptions {
  /** Of the application: `ws[s]://[user:password@]host[:port]/path[#rc=N&rp=4xx|5xx|ct|rt|all]`. */
  readonly url: string;
  /** Default: somebody calls the application. */
  readonly kind?: CallKind;
  /** Made up when left out. */
  readonly callSid?: string;
  /** Of a leg that was dialled. */
  readonly parentCallSid?: string;
  readonly from?: string;
  readonly to?: string;
  /** What the caller does, and what goes wrong; see `parseScript` for the form in a file. */
  readonly script?: CallScript;
  /**
   * Verbs that the call executes in place of those it is given at its beginning, which it asks for all the same: as if the
   * application had answered so.
   */
  readonly application?: readonly unknown[];
  /** Whether the account wants to be told of queues (`queue:status`); default false. */
  readonly queueEvents?: boolean;
  /** How many times faster than in reality verbs and caller go; default 1. */
  readonly speed?: number;
  /** The same for the waits between connects; default: as `speed`. */
  readonly reconnectSpeed?: number;
  /** How long an ack may take, real ms; default 5000. */
  readonly ackTimeoutMs?: number;
  /** How long an upgrade may take, real ms; default 1500. */
  readonly handshakeTimeoutMs?: number;
  /** The largest message taken from the server, bytes; default 24,576. */
  readonly maxPayload?: number;
  /** Whether permessage-deflate is offered; default true. */
  readonly compression?: boolean;
  /** `real`: `{event, id?, name}`. `documented`: `{id, verb, status}`, which no known release sends. Default `real`. */
  readonly statusForm?: StatusForm;
  /** Whether the call has a trace of its own and every message a `b3`; default false: a trace of zeros, as without a collector. */
  readonly tracing?: boolean;
  /** Misbehaviour: everything is sent, or looked at, this many real ms late. Default 0. */
  readonly delaySendingMs?: number;
  readonly delayReceivingMs?: number;
  /** How many messages per direction, and entries per list of the state, are kept; default 10,000, for loads 0. */
  readonly logLimit?: number;
  /** Told of every message in both directions, once it is in the log. Must not throw. */
  readonly onMessage?: (logged: LoggedMessage) => void;
  /** Told of every command before it is carried out; far cheaper than `onMessage`. Must not throw. */
  readonly onCommand?: (command: Command) => void;
}

export type StatusForm = 'real' | 'documented';

type OpenEnded = 'url' | 'callSid' | 'parentCallSid' | 'application' | 'onMessage' | 'onCommand';

/** The options with nothing left open. */
export interface CallSettings extends Required<Omit<CallOptions, OpenEnded>> {
  readonly address: Address;
  readonly callSid: string | undefined;
  readonly parentCallSid: string | undefined;
  readonly application: readonly unknown[] | undefined;
  readonly onMessage: ((logged: LoggedMessage) => void) | undefined;
  readonly onCommand: ((command: Command) => void) | undefined;
}

/** @throws JambusError `bad_config` for a URL that cannot be dialled. */
export function resolveOptions(options: CallOptions): CallSettings {
  const speed = options.speed ?? 1;
  return {
    address: parseAddress(options.url),
    kind: options.kind ?? { kind: 'inbound' },
    callSid: options.callSid,
    parentCallSid: options.parentCallSid,
    from: options.from ?? '+15083084809',
    to: options.to ?? '+15083728299',
    script: options.script ?? SILENT_CALLER,
    application: options.application,
    queueEvents: options.queueEvents ?? false,
    speed,
    reconnectSpeed: options.reconnectSpeed ?? speed,
    ackTimeoutMs: options.ackTimeoutMs ?? 5000,
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? 1500,
    maxPayload: options.maxPayload ?? 24 * 1024,
    compression: options.compression ?? true,
    statusForm: options.statusForm ?? 'real',
    tracing: options.tracing ?? false,
    delaySendingMs: options.delaySendingMs ?? 0,
    delayReceivingMs: options.delayReceivingMs ?? 0,
    logLimit: options.logLimit ?? 10_000,
    onMessage: options.onMessage,
    onCommand: options.onCommand,
  };
}
