import type { ClosedFrame, EventFrame, OpenedFrame, ResultFrame } from '@jambus/link';
import {
  createGatewayLink,
  type GatewayLink,
  type IncomingReports,
  type LinkEnd,
} from '../../src/link/gateway-link.ts';
import { type FakeGateway, startFakeGateway } from './fake-gateway.ts';

/** A link to a fake gateway, and what it told its owner. */
export interface Linked {
  readonly link: GatewayLink;
  readonly gateway: FakeGateway;
  readonly reports: { readonly frame: EventFrame | ResultFrame; readonly incoming: IncomingReports }[];
  readonly superseded: IncomingReports[];
  readonly opened: OpenedFrame[];
  readonly closed: ClosedFrame[];
  readonly recalled: string[];
  readonly ends: LinkEnd[];
  /** What happened, by the names of the handlers. */
  readonly log: string[];
  /** Called for each report, before it is kept. */
  onReport: (frame: EventFrame | ResultFrame) => void;
  close(): Promise<void>;
}

/** @param options of the gateway's answer to dials, and the adapter's own window */
export async function linked(
  options: { refuseWith?: number; commandWindow?: number; subprotocol?: string } = {},
): Promise<Linked> {
  const gateway = await startFakeGateway(options.refuseWith, options.subprotocol);
  const stop = new AbortController();
  const log: string[] = [];
  const made: Omit<Linked, 'link' | 'close'> = {
    gateway,
    reports: [],
    superseded: [],
    opened: [],
    closed: [],
    recalled: [],
    ends: [],
    log,
    onReport: () => {},
  };
  const link = createGatewayLink({
    url: gateway.url,
    token: 'token',
    adapterId: 'adapter',
    boot: 'adapter-life',
    prefix: 'jambonz',
    commandWindow: options.commandWindow ?? 50,
    pingIntervalMs: 1_000,
    handlers: {
      ready: () => void log.push('ready'),
      lost(_link, wasReady, why) {
        log.push(wasReady ? 'lost' : 'not linked');
        made.ends.push(why);
      },
      draining: () => void log.push('draining'),
      opened: (_link, frame) => void made.opened.push(frame),
      closed: (_link, frame) => void made.closed.push(frame),
      kept: () => {},
      relay: () => {},
      recall: (_link, callSid) => void made.recalled.push(callSid),
      report(_link, frame, _payload, incoming) {
        result.onReport(frame);
        made.reports.push({ frame, incoming });
      },
      superseded: (reports) => void made.superseded.push(reports),
    },
  });
  const running = link.run(stop.signal);
  const result: Linked = Object.assign(made, {
    link,
    async close() {
      stop.abort();
      await running;
      await gateway.close();
    },
  });
  return result;
}
