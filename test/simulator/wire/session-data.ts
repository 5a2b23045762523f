import { randomUUID } from 'node:crypto';
import { ACCOUNT, type CallFacts, callInfo, DEFAULTS, IN_PROGRESS, SIP, TRYING } from './call-facts.ts';
import type { JsonObject } from './json.ts';

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
  const uri = `sip:${facts.to}@${SIP.address}`;
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
    service_provider_sid: ACCOUNT.service_provider_sid,
    defaults: DEFAULTS,
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
    ['X-Account-Sid', ACCOUNT.account_sid],
    ['X-Application-Sid', ACCOUNT.application_sid],
    ['X-CID', facts.sbcCallId],
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Originating-Carrier', SIP.carrier],
    ['X-Voip-Carrier-Sid', SIP.carrierSid],
    ['Content-Type', 'application/sdp'],
    ['Content-Length', String(contentLength)],
  ];
}

/** The `data` of `session:new` of an outbound call: the callee has answered, and there is no INVITE to show. */
export function outboundSessionData(facts: CallFacts): JsonObject {
  return { ...callInfo(facts, IN_PROGRESS), defaults: DEFAULTS };
}

/** The `data` of `session:new` of an SMS: there is no call, hence no `call_sid`. */
export function smsData(facts: CallFacts, text: string): JsonObject {
  return { carrier: SIP.carrier, message_sid: randomUUID(), ...ACCOUNT, from: facts.from, to: facts.to, text };
}
