import { LINK_MAX_FRAME_BYTES } from '@jambus/link';
import { createFifo, type Fifo } from './fifo.ts';
import { rendezvous } from './rendezvous.ts';
import { bytesOf, type Report, type ReportLink } from './report.ts';
import { type LaneWindow, ReportLane } from './report-lane.ts';

export interface ReportOutboxOptions {
  readonly window: LaneWindow;
  /** Bytes of reports that are not on the bus yet, over all adapters. Reading from jambonz stops at three quarters of it. */
  readonly bufferBytes: number;
  /** How long the reports for an adapter wait for it when its connection is lost, ms. Then they go to another. */
  readonly returnMs: number;
  /** Told when reading from jambonz has to stop, and when it may go on. */
  readonly onCongestion: (congested: boolean) => void;
  /** Told of a report that is lost: it found no room, or no link can carry it. */
  readonly onShed: (report: Report, why: 'no_room' | 'too_large') => void;
  /** Told of each report that an adapter has put on the bus. */
  readonly onTaken: (report: Report) => void;
}

/** What waits for the bus now. */
export interface ReportsState {
  /** Reading from jambonz is stopped. */
  readonly congested: boolean;
  /** Reports not on the bus yet, and their bytes. */
  readonly pending: number;
  readonly pendingBytes: number;
  /** How full the fullest adapter's window is, from 0 to 1. */
  readonly windowFill: number;
  /** How full the buffer is, from 0 to 1. */
  readonly bufferFill: number;
}

/** Where an adapter that says hello goes on. */
export interface Resumption {
  readonly received: number;
  readonly taken: number;
}

/**
 * Keeps every report until an adapter has put it on the bus. The reports of a call all go to one adapter at a time, so that
 * they stay in order; when the adapter does not come back after a lost connection they are sent again through another.
 */
export interface ReportOutbox extends ReportsState {
  /** @param mustKeep take it even past the bound: what ends a call, or tells the outcome of a command, is never shed */
  push(report: Report, mustKeep: boolean): void;
  /** Counts bytes that are kept elsewhere and will be pushed later, or takes them off again (negative). */
  reserve(bytes: number): void;
  /** Whether what was sent to this life of the adapter is still kept. */
  keeps(adapter: Pick<ReportLink, 'id' | 'boot'>): boolean;
  /**
   * An adapter is linked.
   *
   * @param resumption how far it is with what this life of the gateway sent it before, when that is kept; undefined when it
   *   begins anew
   */
  connect(link: ReportLink, resumption: Resumption | undefined): void;
  /** The connection is lost. @param forGood the adapter has closed it in good order and does not come back */
  disconnect(link: ReportLink, forGood: boolean): void;
  /** The adapter takes no more reports; it is told when all it has been sent are on the bus. */
  drain(link: ReportLink): void;
  /** Whether an adapter beside this one takes reports. */
  hasOtherThan(link: ReportLink): boolean;
  /** Everything the adapter was sent up to `n` is on the bus. */
  taken(link: ReportLink, n: number): void;
  close(): void;
}

/** Where a call's unconfirmed reports are. Kept only while there are any. */
interface Route {
  /** Undefined while no adapter is linked. */
  readonly lane: ReportLane | undefined;
  /** Reports in the lane. */
  count: number;
  /** Reports that wait until the lane, which is draining, has none of this call any more. */
  parked: Fifo<Report> | undefined;
}

const STOP_READING_AT = 0.75;
const READ_AGAIN_AT = 0.5;
/** What the header of a frame takes at most, roughly; the call_sid and the type are bounded. */
const HEADER_BYTES = 16 * 1024;

export function createReportOutbox(options: ReportOutboxOptions): ReportOutbox {
  const lanes = new Set<ReportLane>();
  const routes = new Map<string, Route>();
  /** Reports that came while no adapter was linked. */
  let orphans = createFifo<Report>();
  let pending = 0;
  let pendingBytes = 0;
  let congested = false;
  let returnTimer: NodeJS.Timeout | undefined;

  const account = (reports: number, bytes: number): void => {
    pending += reports;
    pendingBytes += bytes;
    const next = pendingBytes > options.bufferBytes * (congested ? READ_AGAIN_AT : STOP_READING_AT);
    if (next === congested) return;
    congested = next;
    options.onCongestion(congested);
  };

  function* takers(): Iterable<ReportLane> {
    for (const lane of lanes) if (lane.link !== undefined && !lane.draining) yield lane;
  }

  /** A call keeps its adapter while reports of it are under way there; then it may go where the hash says now. */
  const routeOf = (callSid: string): Route => {
    let route = routes.get(callSid);
    if (route === undefined) {
      route = { lane: rendezvous(callSid, takers()), count: 0, parked: undefined };
      routes.set(callSid, route);
    }
    return route;
  };

  const enqueue = (report: Report): void => {
    const route = routeOf(report.callSid);
    const { lane } = route;
    // An adapter that was draining may be back on another connection; what is parked still comes first.
    if (lane?.draining === true || route.parked !== undefined) {
      route.parked ??= createFifo();
      route.parked.push(report);
      return;
    }
    route.count++;
    if (lane === undefined) orphans.push(report);
    else lane.add(report);
  };

  /** One report of the call has left its lane. */
  const leave = (callSid: string): void => {
    const route = routes.get(callSid);
    if (route === undefined || --route.count > 0) return;
    routes.delete(callSid);
    if (route.parked !== undefined) for (const report of route.parked) enqueue(report);
  };

  /** Sends everything of a lane that is gone by other ways. */
  const reroute = (lane: ReportLane): void => {
    lanes.delete(lane);
    requeue(lane.unconfirmed());
  };

  const requeue = (reports: readonly Report[]): void => {
    const parked: Report[] = [];
    for (const { callSid } of reports) {
      const route = routes.get(callSid);
      if (route?.parked !== undefined) parked.push(...route.parked);
      routes.delete(callSid);
    }
    for (const report of reports) enqueue(report);
    for (const report of parked) enqueue(report);
  };

  const adoptOrphans = (): void => {
    const waiting = [...orphans];
    orphans = createFifo();
    requeue(waiting);
  };

  /** Reports of adapters that have not come back go to those that are there. With nobody there, they wait on. */
  const giveUpWaiting = (): void => {
    returnTimer = undefined;
    const [taker] = takers();
    if (taker === undefined) return;
    for (const lane of [...lanes]) if (lane.link === undefined) reroute(lane);
  };

  const awaitReturn = (): void => {
    clearTimeout(returnTimer);
    returnTimer = setTimeout(giveUpWaiting, options.returnMs);
  };

  const laneOfAdapter = ({ id, boot }: Pick<ReportLink, 'id' | 'boot'>): ReportLane | undefined => {
    for (const lane of lanes) if (lane.id === id && lane.boot === boot) return lane;
    return undefined;
  };

  const laneOf = (link: ReportLink): ReportLane | undefined => {
    for (const lane of lanes) if (lane.link === link) return lane;
    return undefined;
  };

  const confirm = (lane: ReportLane, n: number): void => {
    let reports = 0;
    let bytes = 0;
    lane.confirm(n, (report) => {
      reports++;
      bytes += bytesOf(report);
      leave(report.callSid);
      options.onTaken(report);
      if (report.kind === 'result') report.onTaken(lane.link);
    });
    account(-reports, -bytes);
    if (lane.draining && lane.isEmpty) lane.link?.sendDrained();
  };

  return {
    push(report, mustKeep) {
      const bytes = bytesOf(report);
      if (report.payload.length > LINK_MAX_FRAME_BYTES - HEADER_BYTES) {
        options.onShed(report, 'too_large');
        return;
      }
      if (pendingBytes + bytes > options.bufferBytes && !mustKeep) {
        options.onShed(report, 'no_room');
        return;
      }
      enqueue(report);
      account(1, bytes);
    },
    reserve: (bytes) => account(0, bytes),
    keeps: (adapter) => laneOfAdapter(adapter) !== undefined,
    connect(link, resumption) {
      const former = laneOfAdapter(link);
      if (former !== undefined && resumption !== undefined) {
        former.draining = false;
        confirm(former, resumption.taken);
        former.resume(link, resumption.received);
      } else {
        lanes.add(new ReportLane(link, options.window));
        if (former !== undefined) reroute(former);
      }
      adoptOrphans();
      if ([...lanes].some((lane) => lane.link === undefined)) awaitReturn();
    },
    disconnect(link, forGood) {
      const lane = laneOf(link);
      if (lane === undefined) return;
      lane.link = undefined;
      if (forGood || lane.draining || lane.isEmpty) reroute(lane);
      else awaitReturn();
    },
    drain(link) {
      const lane = laneOf(link);
      if (lane === undefined || lane.draining) return;
      lane.draining = true;
      for (const report of lane.takeWaiting()) {
        const route = routes.get(report.callSid);
        if (route === undefined) continue;
        route.parked ??= createFifo();
        route.parked.push(report);
        leave(report.callSid);
      }
      if (lane.isEmpty) link.sendDrained();
    },
    hasOtherThan(link) {
      for (const taker of takers()) if (taker.link !== link) return true;
      return false;
    },
    taken(link, n) {
      const lane = laneOf(link);
      if (lane !== undefined) confirm(lane, n);
    },
    get congested() {
      return congested;
    },
    get pending() {
      return pending;
    },
    get pendingBytes() {
      return pendingBytes;
    },
    get windowFill() {
      let most = 0;
      for (const { sent } of lanes) most = Math.max(most, sent);
      return most / options.window.reports;
    },
    get bufferFill() {
      return pendingBytes / options.bufferBytes;
    },
    close: () => clearTimeout(returnTimer),
  };
}
