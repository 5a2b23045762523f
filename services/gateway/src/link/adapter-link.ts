import {
  type AdapterFrame,
  adapterFrames,
  type CommandFrame,
  type ContestedFrame,
  createFrameSocket,
  type ElsewhereFrame,
  type FrameSocket,
  type GatewayFrame,
  type HelloFrame,
  type KnownFrame,
} from '@jambus/link';
import { JambusError } from '@jambus/schema';
import type { WebSocket } from 'ws';
import type { InboundCommand } from '../calls/inbound-command.ts';
import type { ReportLink } from '../reports/report.ts';
import { CommandOfLink, type LinkOfCommand, type Usage } from './command-of-link.ts';
import { createResultFrames } from './result-frames.ts';
import { createTurnOutcomes } from './turn-outcomes.ts';

/** Those who take what an adapter says. */
export interface AdapterHandlers {
  command(command: InboundCommand): void;
  withdraw(command: InboundCommand): void;
  taken(link: AdapterLink, n: number): void;
  known(link: AdapterLink, frame: KnownFrame, memory: Buffer): void;
  searching(link: AdapterLink, callSid: string): void;
  elsewhere(link: AdapterLink, frame: ElsewhereFrame): void;
  contested(link: AdapterLink, frame: ContestedFrame): void;
  relayed(callSid: string, payload: Buffer): void;
  /** The adapter takes no more reports. */
  draining(link: AdapterLink): void;
}

/** The beginning and the end of a link. */
export interface AdapterLinkHost {
  /**
   * The adapter said who it is: welcome it.
   *
   * @returns those who take what it says from now on
   * @throws JambusError when the gateway has no use for it, which ends the link
   */
  hello(link: AdapterLink, frame: HelloFrame): AdapterHandlers;
  /** @param forGood the adapter has closed the link in good order */
  closed(link: AdapterLink, error: JambusError | undefined, forGood: boolean): void;
}

/** The gateway's end of the link to one adapter. */
export interface AdapterLink extends ReportLink {
  sendFrame(frame: GatewayFrame, payload?: Uint8Array): void;
  close(code: number, reason: string): void;
  terminate(): void;
  beat(): void;
}

export interface CommandWindow {
  readonly commands: number;
  readonly bytes: number;
}

const NORMAL_CLOSURE = 1000;

/**
 * @param window most commands the adapter may have under way, and their bytes; an adapter that sends more is cut off, since a
 *   window that is not kept is a buffer without bound. Commands that wait for their call do not count.
 */
export function createAdapterLink(ws: WebSocket, window: CommandWindow, host: AdapterLinkHost): AdapterLink {
  const waiting = new Map<number, InboundCommand>();
  const outcomes = createTurnOutcomes();
  let adapter = '';
  let boot = '';
  let handlers: AdapterHandlers | undefined;
  const usage: Usage = { commands: 0, bytes: 0 };
  const changed = (): void => socket.schedule();

  const take = (to: AdapterHandlers, frame: CommandFrame, payload: Buffer): void => {
    const { commands, bytes } = usage;
    if (commands >= window.commands || (commands > 0 && bytes + payload.length > window.bytes)) {
      const what = `more than ${window.commands} commands or ${window.bytes} bytes under way`;
      throw new JambusError('link_refused', `${what}: the adapter ignores its window`);
    }
    to.command(new CommandOfLink(frame, payload, shared));
  };

  const onFrame = (frame: AdapterFrame, payload: Buffer): void => {
    if (frame.t === 'hello') {
      if (handlers !== undefined) throw new JambusError('link_refused', 'a second hello on one link');
      ({ adapter, boot } = frame);
      handlers = host.hello(link, frame);
      return;
    }
    if (handlers === undefined) throw new JambusError('link_refused', `expected hello, not ${frame.t}`);
    switch (frame.t) {
      case 'command':
        take(handlers, frame, payload);
        break;
      case 'taken':
        handlers.taken(link, frame.n);
        break;
      case 'withdraw':
        for (const n of frame.n) {
          const command = waiting.get(n);
          if (command !== undefined) handlers.withdraw(command);
        }
        break;
      case 'known':
        handlers.known(link, frame, payload);
        break;
      case 'searching':
        handlers.searching(link, frame.call);
        break;
      case 'elsewhere':
        handlers.elsewhere(link, frame);
        break;
      case 'contested':
        handlers.contested(link, frame);
        break;
      case 'relayed':
        handlers.relayed(frame.call, payload);
        break;
      case 'draining':
        handlers.draining(link);
        break;
    }
  };

  const socket: FrameSocket = createFrameSocket(ws, {
    reader: adapterFrames,
    onFrame,
    onFlush() {
      sendResults();
      const frame = outcomes.take();
      if (frame !== undefined) socket.send(frame);
    },
    onClose: (code, _reason, error) => host.closed(link, error, code === NORMAL_CLOSURE),
  });

  const sendResults = (): void => {
    const frame = results.take();
    if (frame !== undefined) socket.send(frame);
  };
  const sendFrame = (frame: GatewayFrame, payload?: Uint8Array): void => {
    sendResults();
    socket.send(frame, payload);
  };

  const link: AdapterLink = {
    get id() {
      return adapter;
    },
    get boot() {
      return boot;
    },
    send(n, report) {
      if (report.kind === 'result') {
        const frame = results.add(n, report);
        if (frame === undefined) socket.schedule();
        else sendFrame(frame);
        return;
      }
      const { frame, payload } = report;
      // The object is the report's own, so its number is written into it rather than into a copy.
      frame.n = n;
      sendFrame(frame, payload);
    },
    sendDrained: () => sendFrame({ t: 'drained' }),
    sendFrame,
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    beat: () => socket.beat(),
  };
  const results = createResultFrames(link);
  const shared: LinkOfCommand = { link, usage, waiting, outcomes, changed };
  return link;
}
