import type { GatewayFrame, HelloFrame } from '@jambus/link';
import type { Applications } from '@jambus/schema';
import { createLogger, createMetrics, NO_TRACING } from '@jambus/telemetry';
import { createCallRegistry } from '../../src/calls/call-registry.ts';
import type { SocketOrigin } from '../../src/calls/socket-origin.ts';
import { createGatewayMetrics } from '../../src/gateway-metrics.ts';
import { createGatewaySpans } from '../../src/gateway-spans.ts';
import type { AdapterLink } from '../../src/link/adapter-link.ts';
import type { Report } from '../../src/reports/report.ts';
import { createTenant, type Tenant } from '../../src/tenants/tenant.ts';
import { createTenants, type Tenants } from '../../src/tenants/tenants.ts';
import {
  ALL_LINES,
  callSettings,
  commandOf,
  FakeSocket,
  gatewayState,
  jambonz,
  MUTE,
  ORIGIN,
} from '../calls/harness.ts';
import { outboxWith } from '../reports/report-harness.ts';

const APPLICATIONS: Applications = {
  default: 'general',
  rules: [
    { pattern: '/sales/*', prefix: 'sales' },
    { pattern: '/support', prefix: 'support' },
  ],
};
const BUFFER_BYTES = 300_000;
const SALES: SocketOrigin = { ...ORIGIN, application: '/sales/north' };
const SUPPORT: SocketOrigin = { ...ORIGIN, application: '/support' };

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

/** The tenants of a gateway, and what the log says. */
function tenantsWith(applications: Applications | undefined) {
  const lines: { readonly msg: string; readonly prefix?: string }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logger = createLogger({ service: 'test', level: 'warn', destination });
  const { settings } = callSettings();
  const registry = createCallRegistry();
  const metrics = createGatewayMetrics(createMetrics({ service: 'test' }), gatewayState(registry, outboxWith()));
  const congested: (string | undefined)[] = [];
  const tenants: Tenants = createTenants({
    applications,
    logger,
    create: (prefix, share) => {
      const tenant: Tenant = createTenant({
        prefix,
        boot: 'life',
        settings,
        eventWindow: 100,
        bufferBytes: BUFFER_BYTES * share,
        onCongestion: () => congested.push(prefix),
        metrics,
        spans: createGatewaySpans(NO_TRACING),
        logger: logger.child({ prefix }),
        lines: ALL_LINES,
        isFull: () => false,
      });
      opened.push(tenant, tenant.calls);
      return tenant;
    },
  });

  /** A call on the path of `origin` begins, and says something. */
  const call = (origin: SocketOrigin, callSid: string, type = 'session:new'): FakeSocket => {
    const socket = new FakeSocket();
    const [message, payload] = jambonz(type, {}, { call_sid: callSid });
    tenants.of(origin.application).host.openSocket(socket, origin).receive(message, payload);
    return socket;
  };
  const link = (prefix: string | undefined, id = `adapter of ${prefix}`) => {
    const { party } = tenants.servedBy(helloOf(prefix));
    const adapter = new FakeAdapter(id);
    for (const [frame] of party.snapshot(0)) adapter.frames.push(frame);
    party.links.add(adapter);
    party.linked(adapter, helloOf(prefix), false);
    return { party, adapter };
  };
  return { tenants, lines, congested, call, link };
}

function helloOf(prefix: string | undefined): HelloFrame {
  const hello: HelloFrame = {
    t: 'hello',
    adapter: 'a',
    boot: 'b',
    gatewayBoot: '',
    received: 0,
    taken: 0,
    closings: 0,
  };
  return prefix === undefined ? hello : { ...hello, prefix };
}

/** What an adapter is told. */
class FakeAdapter implements AdapterLink {
  readonly id: string;
  readonly boot = 'first';
  readonly frames: GatewayFrame[] = [];
  readonly reports: Report[] = [];

  constructor(id: string) {
    this.id = id;
  }

  send(_n: number, report: Report): void {
    this.reports.push(report);
  }

  sendFrame(frame: GatewayFrame): void {
    this.frames.push(frame);
  }

  sendDrained(): void {}
  close(): void {}
  terminate(): void {}
  beat(): void {}

  /** Those of the calls that it is told to have begun. */
  get applications(): readonly string[] {
    return this.frames.flatMap((frame) => (frame.t === 'opened' ? frame.application : []));
  }

  /** The calls that it has heard of, in whatever way. */
  get calls(): ReadonlySet<string> {
    const named = this.frames.map((frame) => ('call' in frame ? frame.call : ''));
    return new Set([...named, ...this.reports.map(({ callSid }) => callSid)].filter((callSid) => callSid !== ''));
  }
}

describe('an adapter', () => {
  test('hears of the calls of its prefix, and of no others, whether they were there before it or come later', () => {
    const { call, link } = tenantsWith(APPLICATIONS);
    call(SALES, 's1');
    call(SUPPORT, 't1');
    const { adapter: sales } = link('sales');
    const { adapter: support } = link('support');
    const { adapter: general } = link('general');
    call(SALES, 's2');
    call(SUPPORT, 't2');
    call({ ...ORIGIN, application: '/elsewhere' }, 'g1');
    expect([...sales.calls].sort()).toEqual(['s1', 's2']);
    expect([...support.calls].sort()).toEqual(['t1', 't2']);
    expect([...general.calls]).toEqual(['g1']);
  });

  test('gets nothing of a prefix whose adapters are away: its calls wait for them', () => {
    const { call, link } = tenantsWith(APPLICATIONS);
    const { party, adapter } = link('support');
    const { adapter: general } = link('general');
    party.links.delete(adapter);
    party.unlinked(adapter, undefined, true);
    call(SUPPORT, 't1');
    expect(general.calls.size).toBe(0);
    expect([...link('support', 'another').adapter.calls]).toEqual(['t1']);
  });

  test('cannot reach a call of another prefix by any command: it comes back, as for a call that there is not', () => {
    const { call, link } = tenantsWith(APPLICATIONS);
    const socket = call(SALES, 's1');
    const before = socket.sent.length;
    const { party } = link('support');
    const asked = ['s1', 'no-such-call'].map((callSid) => commandOf(callSid, MUTE));
    for (const { command } of asked) party.handlers.command(command);
    expect(asked.map(({ outcomes }) => outcomes)).toEqual([[{ status: 'returned' }], [{ status: 'returned' }]]);
    expect(socket.sent).toHaveLength(before);
  });

  test('of a prefix that has no application is refused, with the setting to look at', () => {
    const { tenants } = tenantsWith(APPLICATIONS);
    expect(() => tenants.servedBy(helloOf('slaes'))).toThrow(/JAMBUS_APPLICATIONS .* slaes/);
  });

  test('that names no prefix serves what nobody keeps for himself', () => {
    const { tenants } = tenantsWith(APPLICATIONS);
    expect(tenants.servedBy(helloOf(undefined)).prefix).toBe('general');
  });
});

describe('a call', () => {
  test('is not to be taken by a websocket on the path of another prefix, and tells nobody there anything', () => {
    const { tenants, call, link } = tenantsWith(APPLICATIONS);
    const { adapter: sales } = link('sales');
    const { adapter: support } = link('support');
    call(SALES, 's1');
    call(SUPPORT, 's1', 'session:redirect');
    expect(tenants.of(SALES.application).calls.get('s1')?.application).toBe(SALES.application);
    expect(sales.applications).toEqual([SALES.application]);
    expect(support.applications).toEqual([SUPPORT.application]);
  });

  test('of a prefix without adapters is told in the log, once until there is one', () => {
    const { lines, call, link } = tenantsWith(APPLICATIONS);
    link('support');
    for (const callSid of ['s1', 's2', 's3']) call(SALES, callSid);
    call(SUPPORT, 't1');
    const warnings = lines.filter(({ msg }) => msg.includes('no adapter is linked'));
    expect(warnings).toMatchObject([{ prefix: 'sales', application: '/sales/north' }]);
  });
});

describe('a bus that does not keep up', () => {
  test('stops the reading from its own calls only, and has its own share of the buffer', () => {
    const { tenants, call, congested } = tenantsWith(APPLICATIONS);
    const other = call(SUPPORT, 't1');
    const socket = call(SALES, 's1');
    const sales = tenants.of(SALES.application);
    const [message] = jambonz('verb:hook', {}, { call_sid: 's1' });
    sales.calls.get('s1')?.receive(socket, message, Buffer.alloc(BUFFER_BYTES / 3));
    expect(congested).toEqual([]);
    sales.calls.get('s1')?.receive(socket, message, Buffer.alloc((BUFFER_BYTES / 3) * 0.8));
    expect([congested, socket.paused, other.paused]).toEqual([['sales'], true, false]);
    expect(tenants.reports.congested).toBe(false);
  });

  test('is not kept from other calls by one that says more than it takes: only that one is not read from meanwhile', () => {
    const { tenants, call, link, congested } = tenantsWith(APPLICATIONS);
    const { party, adapter } = link('sales');
    const [talker, other] = [call(SALES, 's1'), call(SALES, 's2')];
    const sales = tenants.of(SALES.application);
    const [message] = jambonz('verb:hook', {}, { call_sid: 's1' });
    for (let n = 0; n < 4; n++) sales.calls.get('s1')?.receive(talker, message, Buffer.alloc(BUFFER_BYTES / 3 / 50));
    expect([congested, talker.paused, other.paused]).toEqual([[], true, false]);
    // Neither the end of a pause for all makes it be read.
    for (const each of sales.calls) each.pause();
    for (const each of sales.calls) each.resume();
    expect([talker.paused, other.paused]).toEqual([true, false]);
    party.handlers.taken(adapter, adapter.reports.length);
    expect([talker.paused, other.paused]).toEqual([false, false]);
  });
});

test('without the setting every adapter serves every call, and the log says once that their prefixes differ', () => {
  const { call, link, lines } = tenantsWith(undefined);
  const { adapter: one } = link('one');
  const { adapter: two } = link('two');
  link('three');
  link(undefined);
  call(SALES, 's1');
  call(SUPPORT, 't1');
  expect([one, two].map(({ calls }) => [...calls])).toEqual([
    ['s1', 't1'],
    ['s1', 't1'],
  ]);
  const warnings = lines.filter(({ msg }) => msg.includes('JAMBUS_APPLICATIONS'));
  expect(warnings).toMatchObject([{ prefixes: ['one', 'two'] }]);
});
