import type { AdapterFrame, GatewayFrame } from '@jambus/link';

const CALL = 'c-1';
const NOW = 1_700_000_000_000;
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

export const HELLO = {
  t: 'hello',
  adapter: 'fuzz',
  boot: 'fuzz-1',
  gatewayBoot: '',
  received: 0,
  taken: 0,
  closings: 0,
  prefix: 'jambonz',
} as const satisfies AdapterFrame;

/** One of each that an adapter sends, with all that it may have. */
export const ADAPTER_FRAMES: readonly AdapterFrame[] = [
  HELLO,
  {
    t: 'command',
    n: 1,
    call: CALL,
    id: 'command-1',
    position: 'log/0/1',
    name: 'redirect',
    msgid: 'm-1',
    verbs: ['v-1'],
    hooks: [['/a', 'actionHook']],
    replaces: true,
    warning: 'something',
    published: NOW,
    expires: NOW + 1e12,
    overdue: true,
    appearBy: NOW,
    ifverbid: 'v-0',
    ifsequence: 1,
    replyTo: 'reply',
    traceparent: TRACE,
    resultTrace: { traceparent: TRACE, tracestate: 'a=b' },
  },
  { t: 'taken', n: 1 },
  { t: 'withdraw', n: [1, 2] },
  { t: 'known', call: CALL, epoch: 1, sequence: 5, since: NOW, certain: true, elsewhere: 'status' },
  { t: 'searching', call: CALL },
  { t: 'elsewhere', call: CALL },
  { t: 'contested', call: CALL, contender: { address: '127.0.0.1', user: 'jambonz', control: true } },
  { t: 'relayed', call: CALL },
  { t: 'draining' },
];

const VERDICT = { status: 'rejected', code: 'invalid', detail: 'for people', at: NOW } as const;

/** One of each that a gateway sends. */
export const GATEWAY_FRAMES: readonly GatewayFrame[] = [
  { t: 'welcome', gateway: 'g', boot: 'b', commandWindow: 10, commandWindowBytes: 1_000, resumed: false },
  { t: 'opened', call: CALL, epoch: 1, since: NOW, application: '/ivr', traceparent: TRACE },
  { t: 'closed', closing: 1, call: CALL, reason: 'ended', epoch: 1, sequence: 4, at: NOW },
  { t: 'recall', call: CALL },
  { t: 'outcomes', held: [1], settled: [2], refused: [[3, 'expired']], returned: [4] },
  {
    t: 'event',
    n: 1,
    call: CALL,
    epoch: 1,
    sequence: 1,
    type: 'verb:status',
    time: NOW,
    application: '/ivr',
    result: { command: 'command-1', verb: 'v-1', status: 'started' },
    decided: 'log/0/1',
  },
  {
    t: 'result',
    n: 2,
    call: CALL,
    command: 'command-1',
    name: 'redirect',
    position: 'log/0/1',
    published: NOW,
    verdict: VERDICT,
  },
  { t: 'settled', n: 3, command: 1, verdict: VERDICT, ahead: true },
  { t: 'delivered', n: 4, commands: [1, 2], at: [NOW, NOW] },
  { t: 'kept', call: CALL, as: 'refused' },
  { t: 'relay', call: CALL },
  { t: 'ready' },
  { t: 'drained' },
  { t: 'draining' },
];
