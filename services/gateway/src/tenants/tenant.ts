import type { LineLimit, Logger } from '@jambus/telemetry';
import type { CallSettings } from '../calls/call.ts';
import { type CallHost, createCallHost } from '../calls/call-host.ts';
import { type CallRegistry, createCallRegistry } from '../calls/call-registry.ts';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import type { GatewaySpans } from '../gateway-spans.ts';
import { createLinkGroup } from '../link/link-group.ts';
import type { LinkParty } from '../link/link-server.ts';
import { createDepartures } from '../reports/departures.ts';
import { createReportOutbox, type ReportOutbox } from '../reports/report-outbox.ts';

export interface TenantOptions {
  /** First part of the names on its bus; undefined: of whatever bus the adapters are on. */
  readonly prefix: string | undefined;
  /** The life of this gateway. */
  readonly boot: string;
  readonly settings: CallSettings;
  /** Events that one adapter may have and not have put on the bus. */
  readonly eventWindow: number;
  /** Bytes of events that are not on the bus yet. */
  readonly bufferBytes: number;
  /** Told when reading from jambonz has to stop for its calls, and when it may go on. */
  readonly onCongestion: () => void;
  readonly metrics: GatewayMetrics;
  readonly spans: GatewaySpans;
  readonly logger: Logger;
  /** For lines that peers can cause as often as they like. */
  readonly lines: LineLimit;
  /** The gateway has as many calls as it may. */
  readonly isFull: () => boolean;
}

/**
 * The applications that have one bus, with all that is theirs alone: their calls, their adapters, and what waits for these. It is
 * a gateway of its own as far as calls and adapters can tell, so that nothing gets from one bus to another.
 */
export interface Tenant {
  readonly prefix: string | undefined;
  readonly calls: CallRegistry;
  readonly host: CallHost;
  readonly outbox: ReportOutbox;
  /** Its side of the links to its adapters. */
  readonly party: LinkParty;
  /** This gateway stops: adapters that are still here stay. */
  stopping(): void;
  /** Ends the timers of its adapters. Call it before `calls` is closed. */
  close(): void;
}

/** Bytes of reports that one adapter may have and not have put on the bus. */
const REPORT_WINDOW_BYTES = 16 * 1024 * 1024;
/** Part of the buffer that one call may fill: it is not read from beyond that, while the others are. */
const CALL_SHARE = 1 / 16;
/** How long an adapter whose link is lost may take to come back, before its reports go to another. */
const ADAPTER_RETURN_MS = 750;
/** How long the last adapter that stops stays: those who stop everything do not reach all processes at once. */
const LAST_ADAPTER_MS = 500;
/** How long after the first adapter others may take to link to a gateway that has just started. */
const ALL_LINKED_MS = 1_500;

export function createTenant(options: TenantOptions): Tenant {
  const { prefix, boot, metrics, spans, logger, lines } = options;
  const calls = createCallRegistry();
  const links = createLinkGroup();
  /** Every adapter has had the time to link since this gateway started. */
  let allLinked = false;
  let settling: NodeJS.Timeout | undefined;
  /** The log says that calls come and no adapter is linked. */
  let isUnserved = false;

  const outbox: ReportOutbox = createReportOutbox({
    window: { reports: options.eventWindow, bytes: REPORT_WINDOW_BYTES },
    bufferBytes: options.bufferBytes,
    returnMs: ADAPTER_RETURN_MS,
    onCongestion(congested) {
      const what = congested
        ? 'the bus does not keep up: reading from jambonz stops, and no calls are taken'
        : 'reading from jambonz goes on';
      logger.warn({ pending: outbox.pending, bytes: outbox.pendingBytes }, what);
      options.onCongestion();
      for (const call of calls) congested ? call.pause() : call.resume();
    },
    onTaken(report) {
      if (report.kind === 'result') return;
      host.eventGone(report);
      const { frame } = report;
      spans.eventTaken(frame);
      metrics.eventTaken(Date.now() - frame.time);
    },
    onShed(report, why) {
      if (report.kind === 'result') return;
      host.eventGone(report);
      const { frame, payload } = report;
      const { call: callSid, type, sequence } = frame;
      spans.eventShed(frame);
      metrics.eventShed(type);
      const reason = why === 'no_room' ? 'no room left in the event buffer' : 'it is larger than a link can carry';
      lines.line('event_lost', () =>
        logger.error({ callSid, type, sequence, bytes: payload.length }, `event lost: ${reason}`),
      );
    },
  });
  const departures = createDepartures({ outbox, lastStaysMs: LAST_ADAPTER_MS });

  const noteUnserved = (application: string): void => {
    if (links.linked > 0 || isUnserved) return;
    isUnserved = true;
    logger.warn(
      { application },
      'a call has come and no adapter is linked for it: start one, or see why it cannot link',
    );
  };

  const host = createCallHost({
    calls,
    settings: options.settings,
    outbox,
    adapters: {
      announce(frame, payload) {
        if (frame.t === 'opened') noteUnserved(frame.application);
        links.broadcast(frame, payload);
      },
      linked: () => links.names(),
      allMayBeLinked: () => allLinked,
      relay: (callSid, payload, via) => void links.sendToOne({ t: 'relay', call: callSid }, payload, via),
      recall: (callSid) => links.sendToOne({ t: 'recall', call: callSid }),
    },
    metrics,
    spans,
    logger,
    lines,
    shareBytes: options.bufferBytes * CALL_SHARE,
    isFull: options.isFull,
  });

  const party: LinkParty = {
    links,
    snapshot: (closing) => [
      ...host.closingsSince(closing).map(({ frame, memory }) => [frame, memory] as const),
      ...[...calls].map((call) => [call.opened()] as const),
    ],
    handlers: {
      command: host.takeCommand,
      withdraw: host.withdraw,
      known: (link, frame, memory) => host.takePast(link.id, frame, memory),
      searching: (link, callSid) => host.awaitPast(link.id, callSid),
      elsewhere: (link, { call, refused }) => host.giveUp(link.id, call, refused === true),
      contested: (link, { call, contender }) =>
        host.contest(link.id, call, contender, (as) => link.sendFrame({ t: 'kept', call, as })),
      relayed: host.takeRelayed,
      taken: (link, n) => outbox.taken(link, n),
      draining: (link) => departures.leave(link),
    },
    resumes: (link, hello) => hello.gatewayBoot === boot && outbox.keeps(link),
    linked(link, hello, resumed) {
      isUnserved = false;
      host.adapterLinked(link.id);
      outbox.connect(link, resumed ? hello : undefined);
      departures.arrived();
      settling ??= setTimeout(() => {
        allLinked = true;
        host.allLinked();
      }, ALL_LINKED_MS);
      logger.info({ adapter: link.id, resumed }, 'adapter linked');
    },
    unlinked(link, error, forGood) {
      departures.gone(link);
      outbox.disconnect(link, forGood);
      host.adapterLost(link.id);
      logger.warn({ adapter: link.id, err: error }, 'adapter unlinked');
    },
  };

  return {
    prefix,
    calls,
    host,
    outbox,
    party,
    stopping: () => departures.stopping(),
    close() {
      clearTimeout(settling);
      departures.close();
      outbox.close();
    },
  };
}
