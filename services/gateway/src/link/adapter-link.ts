import { createFrameSocket, type FrameSocket } from '@jambus/link';
import {
  type AdapterFrame,
  adapterFrames,
  type CommandFrame,
  type GatewayFrame,
  JambusError,
  type KnownFrame,
} from '@jambus/schema';
import type { WebSocket } from 'ws';
import type { CommandOutcome, LinkedCommand } from '../calls/deliveries.ts';
import type { EventLane } from '../events/event-outbox.ts';

/** What a link hands to the gateway. */
export interface AdapterLinkHandlers {
  /** The adapter said who it is: welcome it. */
  hello(link: AdapterLink): void;
  command(command: LinkedCommand): void;
  taken(link: AdapterLink, n: number): void;
  known(frame: KnownFrame, memory: Buffer): void;
  elsewhere(callSid: string): void;
  closed(link: AdapterLink, error: JambusError | undefined): void;
}

/** The gateway's end of the link to one adapter. */
export interface AdapterLink extends EventLane {
  /** True once the adapter has said who it is. */
  readonly greeted: boolean;
  sendFrame(frame: GatewayFrame, payload?: Uint8Array): void;
  /** Commands of this adapter that are under way here. */
  readonly commandsUnderWay: number;
  close(code: number, reason: string): void;
  terminate(): void;
  beat(): void;
}

/**
 * @param commandWindow most commands the adapter may have under way; one that sends more is cut off, since a window that
 *   is not kept is a buffer without bound
 */
export function createAdapterLink(ws: WebSocket, commandWindow: number, handlers: AdapterLinkHandlers): AdapterLink {
  let id = '';
  let underWay = 0;

  const command = (frame: CommandFrame, payload: Buffer): void => {
    if (underWay >= commandWindow) {
      throw new JambusError(
        'link_refused',
        `more than ${commandWindow} commands under way: the adapter ignores its window`,
      );
    }
    underWay++;
    const settle = (outcome: CommandOutcome): void => {
      underWay--;
      socket.send({ t: 'outcome', n: frame.n, ...outcome });
    };
    handlers.command({ frame, payload, settle });
  };

  const onFrame = (frame: AdapterFrame, payload: Buffer): void => {
    if (frame.t === 'hello') {
      if (id !== '') throw new JambusError('link_refused', 'a second hello on one link');
      id = frame.adapter;
      handlers.hello(link);
      return;
    }
    if (id === '') throw new JambusError('link_refused', `expected hello, not ${frame.t}`);
    if (frame.t === 'command') command(frame, payload);
    else if (frame.t === 'taken') handlers.taken(link, frame.n);
    else if (frame.t === 'known') handlers.known(frame, payload);
    else handlers.elsewhere(frame.call);
  };

  const socket: FrameSocket = createFrameSocket(ws, {
    reader: adapterFrames,
    onFrame,
    onClose: (_code, _reason, error) => handlers.closed(link, error),
  });

  const link: AdapterLink = {
    get id() {
      return id;
    },
    get greeted() {
      return id !== '';
    },
    get commandsUnderWay() {
      return underWay;
    },
    send(n, event, payload) {
      socket.send({ t: 'event', n, ...event }, payload);
    },
    sendFrame: (frame, payload) => socket.send(frame, payload),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    beat: () => socket.beat(),
  };
  return link;
}
