import { randomUUID } from 'node:crypto';
import { hexId } from './ids.ts';
import type { JsonObject } from './json.ts';

/** What stays the same during a call; every message to the server is built from it. Shapes: captured from jambonz feature-server 0.9.8. */
export interface CallFacts {
  readonly callSid: string;
  readonly direction: 'inbound' | 'outbound';
  /** The call whose `dial` brought this one about, when it has become a call of its own. */
  readonly parentCallSid: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly callerName: string;
  readonly sipCallId: string;
  readonly sbcCallId: string;
  readonly branch: string;
  readonly tag: string;
  readonly mediaPort: number;
  /** 32 hex digits; all zeros when the platform runs without tracing. */
  readonly traceId: string;
}

/** Where the call stands; part of most messages. */
export interface CallProgress {
  readonly status: string;
  readonly sipStatus: number;
  readonly sipReason: string;
}

export const TRYING: CallProgress = { status: 'trying', sipStatus: 100, sipReason: 'Trying' };
export const RINGING: CallProgress = { status: 'ringing', sipStatus: 180, sipReason: 'Ringing' };
export const IN_PROGRESS: CallProgress = { status: 'in-progress', sipStatus: 200, sipReason: 'OK' };
export const COMPLETED: CallProgress = { ...IN_PROGRESS, status: 'completed' };
export const CANCELED: CallProgress = { status: 'no-answer', sipStatus: 487, sipReason: 'Request Terminated' };

const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);
const CARRIER = 'simulated-carrier';
const SIP_ADDRESS = '127.0.0.1:5070';

// One simulated platform: all calls of a process belong to the same account and application.
const ACCOUNT_SID = randomUUID();
const APPLICATION_SID = randomUUID();
const SERVICE_PROVIDER_SID = randomUUID();
const CARRIER_SID = randomUUID();

export interface CallerIdentity {
  readonly callSid: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly tracing: boolean;
  readonly direction: 'inbound' | 'outbound';
  readonly parentCallSid: string | undefined;
}

/** Invents what a new call brings along. */
export function makeCallFacts(caller: CallerIdentity): CallFacts {
  return {
    callSid: caller.callSid ?? randomUUID(),
    direction: caller.direction,
    parentCallSid: caller.parentCallSid,
    from: caller.from,
    to: caller.to,
    callerName: '"Simulated Caller"',
    sipCallId: randomUUID(),
    sbcCallId: randomUUID(),
    branch: `z9hG4bK${hexId(8)}`,
    tag: hexId(6),
    mediaPort: 40_000 + 2 * Math.floor(Math.random() * 10_000),
    traceId: caller.tracing ? hexId(16) : NO_TRACE,
  };
}

/** The `b3` header of a message: a span of its own in the call's trace. */
export function traceHeader(facts: CallFacts): string {
  return `${facts.traceId}-${facts.traceId === NO_TRACE ? NO_SPAN : hexId(8)}-1`;
}

/** True when the call is traced, so that every message carries `b3`. */
export function isTraced(facts: CallFacts): boolean {
  return facts.traceId !== NO_TRACE;
}

/** The `data` that hooks, `call:status` and `session:redirect` have in common. */
export function callInfo(facts: CallFacts, progress: CallProgress): JsonObject {
  const origin = {
    originating_sip_ip: '127.0.0.1',
    originating_sip_trunk_name: CARRIER,
  };
  return {
    call_sid: facts.callSid,
    direction: facts.direction,
    from: facts.from,
    to: facts.to,
    call_id: facts.sipCallId,
    sbc_callid: facts.sbcCallId,
    sip_status: progress.sipStatus,
    sip_reason: progress.sipReason,
    call_status: progress.status,
    account_sid: ACCOUNT_SID,
    trace_id: facts.traceId,
    application_sid: APPLICATION_SID,
    fs_sip_address: SIP_ADDRESS,
    ...(facts.direction === 'inbound' && origin),
    ...(facts.parentCallSid !== undefined && { parent_call_sid: facts.parentCallSid }),
  };
}

/** The same for a leg that this call dialled. */
export function childCallInfo(facts: CallFacts, childSid: string, to: string, progress: CallProgress): JsonObject {
  return {
    ...callInfo(facts, progress),
    call_sid: childSid,
    direction: 'outbound',
    to,
    parent_call_sid: facts.callSid,
  };
}

/** Speech settings of the application, part of every `session:new`. */
export const DEFAULTS: JsonObject = {
  synthesizer: { vendor: 'google', language: 'en-US', voice: 'en-US-Standard-C' },
  recognizer: { vendor: 'google', language: 'en-US' },
};

/** Whose message or call it is, as jambonz names the account. */
export const ACCOUNT = {
  account_sid: ACCOUNT_SID,
  service_provider_sid: SERVICE_PROVIDER_SID,
  application_sid: APPLICATION_SID,
} as const;

/** What the SIP message of an inbound call needs. */
export const SIP = { address: SIP_ADDRESS, carrier: CARRIER, carrierSid: CARRIER_SID } as const;
