import { type Contender, encodeCallMemory, type GatewayFrame } from '@jambus/link';
import { createLogger, createMetrics, NO_TRACING } from '@jambus/telemetry';
import { createCallHost } from '../../src/calls/call-host.ts';
import { createCallRegistry } from '../../src/calls/call-registry.ts';
import { createGatewayMetrics } from '../../src/gateway-metrics.ts';
import { createGatewaySpans } from '../../src/gateway-spans.ts';
import type { Report, ReportLink } from '../../src/reports/report.ts';
import { createReportOutbox } from '../../src/reports/report-outbox.ts';
import {
  ALL_LINES,
  at,
  CONTENDER,
  callSettings,
  commandOf,
  FakeSocket,
  gatewayState,
  jambonz,
  MUTE,
  ORIGIN,
  redirect,
} from './harness.ts';

const registries: { close(): void }[] = [];
afterEach(() => {
  for (const registry of registries.splice(0)) registry.close();
});

/** A gateway's calls. What they say waits in the outbox until `link` is connected. */
function hostWith({ bufferBytes = 1_000_000, allLinked = true, maxCalls = 1_000 } = {}) {
  const shed: string[] = [];
  const calls = createCallRegistry();
  const outbox = createReportOutbox({
    window: { reports: 1_000, bytes: 1_000_000 },
    bufferBytes,
    returnMs: 1_000,
    onCongestion() {},
    onShed: (report) => shed.push(report.kind === 'event' ? report.frame.type : report.kind),
    onTaken() {},
  });
  registries.push(calls, outbox);
  const announced: GatewayFrame[] = [];
  const relayed: (readonly [callSid: string, payload: string, via: readonly string[]])[] = [];
  const linked = new Set<string>();
  const around = { allLinked, recalls: [] as string[] };
  const { settings, queues } = callSettings();
  const host = createCallHost({
    calls,
    settings,
    outbox,
    adapters: {
      announce: (frame) => announced.push(frame),
      linked: () => linked,
      allMayBeLinked: () => around.allLinked,
      relay: (callSid, payload, via) => relayed.push([callSid, payload.toString(), via]),
      recall(callSid) {
        around.recalls.push(callSid);
        return [...linked][0];
      },
    },
    metrics: createGatewayMetrics(createMetrics({ service: 'test' }), gatewayState(calls, outbox)),
    spans: createGatewaySpans(NO_TRACING),
    logger: createLogger({ service: 'test', level: 'fatal' }),
    lines: ALL_LINES,
    shareBytes: bufferBytes,
    isFull: () => calls.size >= maxCalls,
  });
  const reports: Report[] = [];
  const link: ReportLink = { id: 'one', boot: 'first', send: (_n, report) => reports.push(report), sendDrained() {} };
  const told = () => announced.map(({ t }) => t);
  const take = (type: string, socket = new FakeSocket(), callSid = 'call-1', origin = ORIGIN) => {
    const binding = host.openSocket(socket, origin);
    const received = binding.receive(...jambonz(type, {}, { call_sid: callSid }));
    return { call: calls.get(callSid), socket, binding, received };
  };
  return { host, calls, shed, outbox, told, announced, linked, around, queues, link, reports, take, relayed };
}

const hostWithFullBuffer = () => hostWith({ bufferBytes: 0 });

describe('call host', () => {
  test('with no room left only messages that somebody can do without are shed', () => {
    const { shed, outbox, take } = hostWithFullBuffer();
    const { call, socket } = take('session:new');
    for (const type of ['verb:status', 'verb:hook', 'call:status', 'llm:event']) {
      const [message, payload] = jambonz(type, { call_status: 'completed' });
      call?.receive(socket, message, payload);
    }
    expect(shed).toEqual(['verb:status', 'verb:hook', 'llm:event']);
    expect(outbox.pending).toBe(2);
  });

  test('a socket of a call that begins while reading is stopped is not read either', () => {
    const { outbox, take } = hostWithFullBuffer();
    const { socket } = take('session:new');
    expect([outbox.congested, socket.paused]).toEqual([true, true]);
  });

  test('the late end of a call that was over does not end the one that came after it under its call_sid', () => {
    const { told, take, calls } = hostWithFullBuffer();
    const { call: over, socket, binding } = take('session:new');
    binding.receive(...jambonz('call:status', { call_status: 'completed' }));
    socket.isOpen = false;
    const { call } = take('session:new');
    binding.closed(1000);
    expect([told(), call === over, calls.get('call-1') === call]).toEqual([['opened', 'opened'], false, true]);
  });

  test('once the gateway drains, a new websocket is sent on to another gateway', () => {
    const { host, told, take } = hostWithFullBuffer();
    host.stopTaking();
    const { call, socket } = take('session:reconnect');
    expect([call, socket.closedWith, told()]).toEqual([undefined, 1012, []]);
  });

  test('a call whose first message is read only when the gateway drains is answered, and then sent on', () => {
    const { host, told, take } = hostWithFullBuffer();
    host.stopTaking();
    const { socket } = take('session:new');
    expect(socket.sent.map(({ type }) => type)).toEqual(['ack']);
    expect([socket.closedWith, told()]).toEqual([1012, ['opened']]);
  });
});

describe('commands of a call', () => {
  test('have their results on the bus before the adapter that read them is told', () => {
    const { host, outbox, link, reports, take } = hostWith();
    outbox.connect(link, undefined);
    const { call, socket } = take('session:new');
    const asked = commandOf('call-1', redirect(), { id: 'cmd', replyTo: 'inbox' });
    host.takeCommand(asked.command);
    call?.receive(socket, ...jambonz('verb:status', { event: 'starting', id: 'greet' }));
    expect(reports.map(({ kind }) => kind)).toEqual(['event', 'result', 'event']);
    expect(reports[1]).toMatchObject({
      command: asked.command,
      outcome: { verdict: { status: 'delivered' }, isInTurn: true },
    });
    expect(asked.outcomes).toEqual([]);
    outbox.taken(link, 2);
    expect(asked.outcomes).toHaveLength(1);
  });

  test('go back to their adapter when the call is not here', () => {
    const { host } = hostWith();
    const asked = commandOf('nobody', MUTE);
    host.takeCommand(asked.command);
    expect(asked.outcomes).toEqual([{ status: 'returned' }]);
  });

  test('are found again to be withdrawn', () => {
    const { host, take, calls } = hostWith();
    const { call, socket } = take('session:new');
    host.takeCommand(commandOf('call-1', redirect()).command);
    call?.detach(socket, 1006);
    const asked = commandOf('call-1', MUTE);
    host.takeCommand(asked.command);
    expect(calls.heldCommands).toBe(1);
    host.withdraw(asked.command);
    expect([asked.holds, asked.outcomes, calls.heldCommands]).toEqual([1, [{ status: 'returned' }], 0]);
  });
});

describe('a call that comes from another gateway', () => {
  const known = (sequence: number, certain: boolean) =>
    ({ t: 'known', call: 'call-1', epoch: sequence === 0 ? 0 : 1, sequence, certain }) as const;
  const NONE = Buffer.alloc(0);

  test('asks every adapter that is linked, and is opened as one that is resumed', () => {
    const { host, linked, announced, take } = hostWith();
    linked.add('one').add('two');
    const { call } = take('session:reconnect');
    expect(announced).toMatchObject([{ t: 'opened', contender: CONTENDER }]);
    host.takePast(
      'one',
      known(7, true),
      encodeCallMemory({ decided: [], ids: [], runs: [], claimed: false, live: true, hooks: [], questions: [] }),
    );
    expect(call?.sequence).toBe(0);
    host.takePast('two', known(0, false), NONE);
    expect([call?.sequence, call?.epoch]).toEqual([8, 2]);
  });

  test('waits for adapters that link later, and for the news of those that are lost no longer', () => {
    const { host, linked, take } = hostWith();
    const { call } = take('session:reconnect');
    host.adapterLinked('one');
    host.adapterLinked('two');
    linked.add('two');
    host.adapterLost('one');
    host.takePast('two', known(7, true), NONE);
    expect(call?.sequence).toBe(8);
  });

  test('waits for an adapter that is back on another link when the end of its former link is seen late', () => {
    const { host, linked, take } = hostWith();
    linked.add('one').add('two');
    const { call } = take('session:reconnect');
    host.takePast('two', known(3, true), NONE);
    host.adapterLinked('one');
    host.adapterLost('one');
    expect(call?.sequence).toBe(0);
    host.takePast('one', known(7, false), NONE);
    expect(call?.sequence).toBe(8);
  });

  test('has one adapter look at the bus only when all have had the time to link', () => {
    const { host, linked, around, take } = hostWith({ allLinked: false });
    linked.add('one');
    const { call } = take('session:reconnect');
    host.takePast('one', known(3, false), NONE);
    expect(around.recalls).toEqual([]);
    around.allLinked = true;
    host.allLinked();
    expect(around.recalls).toEqual(['call-1']);
    host.takePast('one', known(9, false), NONE);
    expect(call?.sequence).toBe(10);
  });
});

test('an adapter whose link was down hears which calls left meanwhile, and with which verdicts', () => {
  const { host, take } = hostWith();
  for (const callSid of ['first', 'second']) {
    const { call, socket } = take('session:new', new FakeSocket(), callSid);
    host.takeCommand(commandOf(callSid, redirect(), { position: at(5) }).command);
    call?.receive(socket, ...jambonz('call:status', { call_status: 'completed' }, { call_sid: callSid }));
    call?.detach(socket, 1000);
  }
  const [closing] = host.closingsSince(1);
  expect(host.closingsSince(1)).toHaveLength(1);
  expect(closing?.frame).toMatchObject({ call: 'second', closing: 2, reason: 'ended' });
  expect(JSON.parse(String(closing?.memory)).decided).toMatchObject([{ log: 'log/0', offset: 5 }]);
});

test('a call that another gateway has is given up here, and what jambonz still says goes to that gateway', () => {
  const { host, told, take, calls, relayed } = hostWith();
  const { socket, binding } = take('session:new');
  host.giveUp('one', 'call-1', false);
  expect([told(), calls.size, socket.closedWith]).toEqual([['opened', 'closed'], 0, undefined]);
  const [status, payload] = jambonz('call:status', { call_status: 'completed' });
  binding.receive(status, payload);
  expect(relayed).toEqual([['call-1', payload.toString(), ['one']]]);
});

test('a call that another gateway has, and whose websocket here is refused, is closed here, and tells nothing', () => {
  const { host, told, take, calls, relayed } = hostWith();
  const { socket, binding } = take('session:new');
  host.giveUp('one', 'call-1', true);
  expect([told(), calls.size, socket.closedWith]).toEqual([['opened', 'closed'], 0, 1008]);
  // Whoever has been refused need not close, and may go on talking until the websocket is cut.
  binding.receive(...jambonz('call:status', { call_status: 'completed' }));
  binding.closed(1008);
  expect(relayed).toEqual([]);
});

describe('a call that a websocket at another gateway claims', () => {
  const contest = (made: ReturnType<typeof hostWith>, contender: Partial<Contender>): string[] => {
    const kept: string[] = [];
    made.host.contest('one', 'call-1', { ...CONTENDER, ...contender }, (as) => kept.push(as));
    return [...kept, ...made.told().slice(1)];
  };

  test.each([
    ['stays where its websocket for commands is', {}, 'status'],
    ['goes where it is redirected to', { control: true }, 'closed'],
    ['is refused to a peer of another address', { address: '10.0.0.9' }, 'refused'],
    ['is refused to a peer of another address that redirects it', { address: '10.0.0.9', control: true }, 'refused'],
    ['is refused to a peer that signed in as another user', { user: 'other' }, 'refused'],
    ['does not begin anew', { control: true, begins: true }, 'refused'],
  ] as const)('%s', (_, contender, outcome) => {
    const made = hostWith();
    made.take('session:new');
    expect(contest(made, contender)).toEqual([outcome]);
  });

  test.each([
    ['goes to its peer when its websocket here is gone', {}, 'closed'],
    ['goes to a peer of another address when its websocket here is gone', { address: '10.0.0.9' }, 'closed'],
    ['is refused to a peer that signed in as another user also then', { user: 'other' }, 'refused'],
    ['begins there when it has left here', { control: true, begins: true }, 'closed'],
  ] as const)('%s', (_, contender, outcome) => {
    const made = hostWith();
    const { call, socket } = made.take('session:new');
    call?.detach(socket, 1006);
    expect(contest(made, contender)).toEqual([outcome]);
  });

  test('that has left meanwhile needs no answer', () => {
    const made = hostWith();
    expect(contest(made, {})).toEqual([]);
  });
});

describe('a websocket of a call that another gateway keeps', () => {
  const known = (elsewhere: 'status' | 'refused') =>
    ({ t: 'known', call: 'call-1', epoch: 1, sequence: 7, certain: false, elsewhere }) as const;
  const NONE = Buffer.alloc(0);

  test('tells that gateway what it says, by the adapter that reaches it', () => {
    const { host, linked, calls, told, relayed, take } = hostWith();
    linked.add('blind').add('reaches');
    const { socket, binding } = take('session:reconnect');
    host.takePast('blind', { t: 'known', call: 'call-1', epoch: 0, sequence: 0, certain: false }, NONE);
    host.takePast('reaches', known('status'), NONE);
    const [status, payload] = jambonz('call:status', { call_status: 'in-progress' });
    binding.receive(status, payload);
    expect(relayed.map(([, said, via]) => [JSON.parse(said).type, via])).toEqual([
      ['session:reconnect', ['reaches']],
      ['call:status', ['reaches']],
    ]);
    expect([calls.size, told(), socket.isOpen]).toEqual([0, ['opened', 'closed'], true]);
  });

  test('is closed when it is not from the peer of the call, and nothing that it said goes on', () => {
    const { host, linked, calls, relayed, reports, outbox, link, take } = hostWith();
    outbox.connect(link, undefined);
    linked.add('one');
    const { socket } = take('session:reconnect');
    host.takePast('one', known('refused'), NONE);
    expect([socket.closedWith, calls.size, relayed, reports]).toEqual([1008, 0, [], []]);
  });

  test('that has closed meanwhile leaves nobody who calls the call lost', () => {
    const { host, linked, reports, outbox, link, queues, take } = hostWith();
    outbox.connect(link, undefined);
    linked.add('one');
    const { call, socket } = take('session:reconnect');
    call?.detach(socket, 1006);
    host.takePast('one', known('status'), NONE);
    queues.graceDeadlines.expireAll();
    expect(reports).toEqual([]);
  });
});

describe('past the most calls', () => {
  test('a new call is told to try again, and one that is here comes back', () => {
    const { calls, take } = hostWith({ maxCalls: 1 });
    const { call, socket } = take('session:new');
    call?.detach(socket, 1006);
    const refused = take('session:new', new FakeSocket(), 'call-2');
    const back = take('session:reconnect');
    expect([refused.call, refused.socket.closedWith, calls.size]).toEqual([undefined, 1013, 1]);
    expect([back.call === call, call?.isControl(back.socket)]).toEqual([true, true]);
  });
});

describe('a websocket that claims a live call', () => {
  const ACCOUNT = { account_sid: 'account' };

  function withCall(data: object = ACCOUNT) {
    const made = hostWith();
    const former = new FakeSocket();
    const binding = made.host.openSocket(former, ORIGIN);
    binding.receive(...jambonz('session:new', data));
    const claim = (type: string, said: object, origin: Partial<typeof ORIGIN> = {}) => {
      const socket = new FakeSocket();
      const other = made.host.openSocket(socket, { ...ORIGIN, ...origin });
      const received = other.receive(...jambonz(type, { call_sid: 'call-1', ...said }));
      return { socket, binding: other, received: received.kind };
    };
    return { ...made, former, claim };
  }

  test.each([
    ['session:new', ACCOUNT, {}, 'refused'],
    ['session:reconnect', { account_sid: 'other' }, {}, 'refused'],
    ['session:reconnect', {}, {}, 'refused'],
    ['session:redirect', { account_sid: 'other' }, {}, 'refused'],
    ['session:adulting', { account_sid: 'other' }, {}, 'refused'],
    ['call:status', { account_sid: 'other', call_status: 'completed' }, {}, 'refused'],
    // The websocket that has the call is asked, and is there.
    ['session:reconnect', ACCOUNT, {}, 'waiting'],
    ['session:adulting', ACCOUNT, {}, 'waiting'],
    ['session:reconnect', ACCOUNT, { address: '10.0.0.9' }, 'waiting'],
    ['session:redirect', ACCOUNT, { address: '10.0.0.9' }, 'waiting'],
  ])('%s %j %j does not get it while the former one is there', (type, said, origin, kind) => {
    const { former, claim, calls } = withCall();
    const { socket, received } = claim(type, said, origin);
    expect([received, former.isOpen, calls.get('call-1')?.isControl(former)]).toEqual([kind, true, true]);
    if (kind === 'waiting') expect(socket.closedWith).toBe(1008);
  });

  test('gets it with a session:reconnect from the same path when the former one is gone, seen here or not', () => {
    const { former, claim, calls } = withCall();
    former.isOpen = false;
    const { socket } = claim('session:reconnect', ACCOUNT);
    expect(calls.get('call-1')?.isControl(socket)).toBe(true);
  });

  test('gets it with the session:redirect of a redirect verb, and the former one tells the status', () => {
    const { former, claim, calls } = withCall();
    const { socket } = claim('session:redirect', ACCOUNT, { application: '/other' });
    expect([calls.get('call-1')?.isControl(socket), former.isOpen]).toEqual([true, true]);
  });

  test('is refused with a session:reconnect from a path that the call has never had, also while it has no websocket', () => {
    const { former, claim, calls } = withCall();
    expect(claim('session:reconnect', ACCOUNT, { application: '/other' }).received).toBe('refused');
    const call = calls.get('call-1');
    call?.detach(former, 1006);
    expect(claim('session:reconnect', ACCOUNT, { application: '/other' }).received).toBe('refused');
    expect(call?.isAway).toBe(true);
  });

  test('tells the status when it comes from the path of a websocket that does, seen to close or not', () => {
    const { claim, calls } = withCall();
    const told = { ...ACCOUNT, call_status: 'in-progress' };
    claim('call:status', told, { application: '/status' });
    expect(claim('session:reconnect', ACCOUNT, { application: '/status' }).received).toBe('taken');
    const call = calls.get('call-1');
    expect([call?.hasControl, call?.application]).toEqual([true, '/app']);
  });

  test('tells the status from any path once another gateway has had a websocket that did', () => {
    const { host, claim } = withCall();
    host.contest('one', 'call-1', CONTENDER, () => {});
    expect(claim('session:reconnect', ACCOUNT, { application: '/status' }).received).toBe('taken');
  });

  test.each(['session:new', 'session:adulting'])(
    'does not get it by %s on a websocket that tells the status',
    (type) => {
      const { former, claim, calls } = withCall();
      const { binding, received } = claim('call:status', { ...ACCOUNT, call_status: 'in-progress' });
      expect(received).toBe('taken');
      const second = binding.receive(...jambonz(type, ACCOUNT));
      expect([second.kind, calls.get('call-1')?.isControl(former)]).toEqual(['refused', true]);
    },
  );

  test('a leg that becomes a call of its own is of the account of the call that it was a leg of', () => {
    const { host, calls } = withCall();
    const adulting = (account: string, callSid: string) => {
      const data = { call_sid: callSid, parent_call_sid: 'call-1', account_sid: account };
      return host.openSocket(new FakeSocket(), ORIGIN).receive(...jambonz('session:adulting', data)).kind;
    };
    expect([adulting('other', 'leg-1'), adulting('account', 'leg-2')]).toEqual(['refused', 'taken']);
    expect([calls.get('leg-1'), calls.get('leg-2')?.ended]).toEqual([undefined, false]);
  });
});

test('a call whose session:new nobody has answered waits for its websocket for a short time only', () => {
  const { queues, take } = hostWith();
  const { call, socket } = take('session:new');
  call?.detach(socket, 1006);
  expect([queues.setUpGraceDeadlines.waiting.size, queues.graceDeadlines.waiting.size]).toEqual([1, 0]);
  queues.setUpGraceDeadlines.expireAll();
  expect(call?.isGone).toBe(true);
});
