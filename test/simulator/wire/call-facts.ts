import { randomUUID } from 'node:crypto';
import { hexId } from './ids.ts';
import type { JsonObject } from './json.ts';

/** What stays the same during a call; every message to the server is built from it. Shapes: captured from jambonz feature-server 0.9.8. */
export interface CallFacts {
  readonly callSid: string;
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
export const IN_PROGRESS: CallProgress = { status: 'in-progress', sipStatus: 200, sipReason: 'OK' };

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
}

/** Invents what a new inbound call brings along. */
export function makeCallFacts(caller: CallerIdentity): CallFacts {
  return {
    callSid: caller.callSid ?? randomUUID(),
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
  return {
    call_sid: facts.callSid,
    direction: 'inbound',
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
    originating_sip_ip: '127.0.0.1',
    originating_sip_trunk_name: CARRIER,
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

/** The `data` of `session:new` and, unchanged, of every later `session:reconnect`: the whole INVITE, about 4 KB. */
export function sessionData(facts: CallFacts): JsonObject {
  const sdp = [
    'v=0',
    'o=- 1718000000 1718000001 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${facts.mediaPort} RTP/AVP 0 8 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-16',
    'a=sendrecv',
    `a=rtcp:${facts.mediaPort + 1}`,
    'a=ptime:20',
    '',
  ].join('\r\n');
  const uri = `sip:${facts.to}@${SIP_ADDRESS}`;
  const headers = inviteHeaders(facts, sdp.length);
  // Here the server's own address goes by another name.
  const { fs_sip_address: address, ...info } = callInfo(facts, TRYING);
  return {
    sip: {
      headers: Object.fromEntries(
        headers.map(([name, value]) => [name.startsWith('X-') ? name : name.toLowerCase(), value]),
      ),
      raw: `INVITE ${uri} SIP/2.0\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${sdp}`,
      body: sdp,
      method: 'INVITE',
      version: '2.0',
      uri,
      payload: [{ type: 'application/sdp', content: sdp }],
    },
    direction: 'inbound',
    trace_id: facts.traceId,
    has_recording: false,
    caller_name: facts.callerName,
    ...info,
    local_sip_address: address,
    service_provider_sid: SERVICE_PROVIDER_SID,
    defaults: {
      synthesizer: { vendor: 'google', language: 'en-US', voice: 'en-US-Standard-C' },
      recognizer: { vendor: 'google', language: 'en-US' },
    },
  };
}

function inviteHeaders(facts: CallFacts, contentLength: number): [name: string, value: string][] {
  return [
    ['Via', `SIP/2.0/UDP 127.0.0.1;rport=5060;branch=${facts.branch};received=127.0.0.1`],
    ['Max-Forwards', '70'],
    ['From', `${facts.callerName} <sip:${facts.from}@127.0.0.1:5060>;tag=${facts.tag}`],
    ['To', `<sip:${facts.to}@127.0.0.1>`],
    ['Call-ID', facts.sipCallId],
    ['CSeq', '104852873 INVITE'],
    ['Contact', '<sip:127.0.0.1:5060>'],
    ['User-Agent', 'simulated SBC'],
    ['Allow', 'INVITE, ACK, CANCEL, BYE, REFER, NOTIFY, OPTIONS, UPDATE, PRACK, INFO, MESSAGE'],
    ['Supported', 'timer, path, replaces'],
    ['X-Account-Sid', ACCOUNT_SID],
    ['X-Application-Sid', APPLICATION_SID],
    ['X-CID', facts.sbcCallId],
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Originating-Carrier', CARRIER],
    ['X-Voip-Carrier-Sid', CARRIER_SID],
    ['Content-Type', 'application/sdp'],
    ['Content-Length', String(contentLength)],
  ];
}
