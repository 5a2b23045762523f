import type { AdapterFrame } from '@jambus/link';
import type { GatewayLink, LinkCommand, LinkOutcome } from '../../src/link/gateway-link.ts';

/** A gateway link that keeps what it is given and answers as the test says. */
export interface FakeLink extends GatewayLink {
  isReady: boolean;
  readonly delivered: LinkCommand[];
  readonly sent: AdapterFrame[];
  /** What of which reports was confirmed. */
  readonly confirmed: [object, number][];
}

export type Answer = LinkOutcome | ((command: LinkCommand) => LinkOutcome | Promise<LinkOutcome>);

export const SETTLED: LinkOutcome = { kind: 'settled', code: undefined };

/** @param answers to the commands in turn, then `settled` */
export function fakeLink(answers: Answer[] = [], url = 'ws://test'): FakeLink {
  const delivered: LinkCommand[] = [];
  const sent: AdapterFrame[] = [];
  const confirmed: [object, number][] = [];
  return {
    url,
    gateway: 'gw',
    boot: 'life-1',
    isReady: true,
    commandsUnderWay: 0,
    keepsOrder: true,
    windowFill: 0,
    delivered,
    sent,
    confirmed,
    async deliver(command) {
      delivered.push(command);
      const answer = answers.shift() ?? SETTLED;
      return typeof answer === 'function' ? answer(command) : answer;
    },
    deliverNow: () => false,
    confirm: (reports, n) => void confirmed.push([reports, n]),
    send: (frame) => void sent.push(frame),
    drain: async () => {},
    run: async () => {},
  };
}
