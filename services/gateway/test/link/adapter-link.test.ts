import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type AdapterFrame,
  type CommandFrame,
  FrameBatch,
  type GatewayFrame,
  gatewayFrames,
  type HelloFrame,
  LINK_MAX_MESSAGE_BYTES,
  type Outcome,
  type OutcomesFrame,
} from '@jambus/link';
import { WebSocket, WebSocketServer } from 'ws';
import type { InboundCommand } from '../../src/calls/inbound-command.ts';
import { type AdapterHandlers, type AdapterLink, createAdapterLink } from '../../src/link/adapter-link.ts';
import type { Report } from '../../src/reports/report.ts';
import { reportOf } from '../reports/report-harness.ts';

const HELLO: HelloFrame = {
  t: 'hello',
  adapter: 'one',
  boot: 'b',
  gatewayBoot: '',
  received: 0,
  taken: 0,
  closings: 0,
};
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const WINDOW = { commands: 2, bytes: 1_000 };

const commandFrame = (n: number): CommandFrame => ({
  t: 'command',
  n,
  call: 'call-1',
  id: `id-${n}`,
  position: `log/0/${n}`,
  name: 'redirect',
  verbs: [],
  replaces: true,
  published: 0,
  expires: 1,
});

/** The gateway's end of a link on a real websocket, the adapter's raw end, and what each of them got. */
async function linkedPair(onCommand: (command: InboundCommand) => void = () => {}) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: LINK_MAX_MESSAGE_BYTES });
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    maxPayload: LINK_MAX_MESSAGE_BYTES,
  });
  const [ws] = (await accepted) as [WebSocket];
  if (peer.readyState !== WebSocket.OPEN) await once(peer, 'open');
  const commands: InboundCommand[] = [];
  const withdrawn: InboundCommand[] = [];
  const calls: string[] = [];
  const frames: GatewayFrame[] = [];
  let wake = (): void => {};
  peer.on('message', (data) => {
    gatewayFrames.read(data as Buffer, (frame) => frames.push(frame));
    wake();
  });
  let closed: (end: { error: string | undefined; forGood: boolean }) => void;
  const ended = new Promise<{ error: string | undefined; forGood: boolean }>((resolve) => {
    closed = resolve;
  });
  const handlers: AdapterHandlers = {
    command(command) {
      commands.push(command);
      onCommand(command);
    },
    withdraw: (command) => withdrawn.push(command),
    taken: (_link, n) => calls.push(`taken ${n}`),
    known: (_link, { call }) => calls.push(`known ${call}`),
    searching: (_link, call) => calls.push(`searching ${call}`),
    elsewhere: (_link, { call }) => calls.push(`elsewhere ${call}`),
    contested: (_link, { call }) => calls.push(`contested ${call}`),
    relayed: (call) => calls.push(`relayed ${call}`),
    draining: () => calls.push('draining'),
  };
  const link: AdapterLink = createAdapterLink(ws, WINDOW, {
    hello({ id, boot }) {
      calls.push(`hello ${id} ${boot}`);
      return handlers;
    },
    closed: (_link, error, forGood) => closed({ error: error?.code, forGood }),
  });
  const send = (...told: AdapterFrame[]): void => {
    const batch = new FrameBatch();
    for (const frame of told) batch.add(frame, Buffer.from('{}'));
    peer.send(batch.take());
  };
  /** Resolves when `holds` does, which is looked at whenever frames have come. */
  const arrived = async (holds: () => boolean): Promise<void> => {
    for (const late = Date.now() + 10_000; !holds(); ) {
      if (Date.now() > late) throw new Error(`it does not come: ${JSON.stringify(frames)}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 20);
      });
    }
  };
  cleanUps.push(async () => {
    peer.terminate();
    await ended;
    server.close();
    await once(server, 'close');
  });
  const outcomes = () => frames.filter((frame): frame is OutcomesFrame => frame.t === 'outcomes');
  return { link, peer, send, arrived, commands, withdrawn, calls, frames, outcomes, ended };
}

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

describe('the window of commands', () => {
  test('is not filled by commands that wait: calls that are away take no slot from the others', async () => {
    const { send, arrived, commands, outcomes } = await linkedPair((command) => command.hold());
    send(HELLO);
    for (let n = 1; n <= 20; n++) send(commandFrame(n));
    await arrived(() => outcomes().flatMap(({ held = [] }) => held).length === 20);
    expect(commands).toHaveLength(20);
  });

  test('is free again when commands are settled, refused or returned, and each is told so once', async () => {
    let ends = 0;
    const { send, arrived, outcomes } = await linkedPair((command) => {
      command.hold();
      command.hold();
      ends++;
      if (ends % 3 === 0) command.settle(undefined);
      else if (ends % 3 === 1) command.settle('expired');
      else command.giveBack();
    });
    send(HELLO);
    for (let n = 1; n <= 9; n++) send(commandFrame(n));
    const told = () => {
      const all = outcomes();
      return {
        held: all.flatMap(({ held = [] }) => held),
        settled: all.flatMap(({ settled = [] }) => settled),
        refused: all.flatMap(({ refused = [] }) => refused),
        returned: all.flatMap(({ returned = [] }) => returned),
      };
    };
    await arrived(() => told().settled.length === 3 && told().returned.length === 3);
    expect(told()).toEqual({
      held: [1, 2, 3, 4, 5, 6, 7, 8, 9],
      settled: [3, 6, 9],
      refused: [
        [1, 'expired'],
        [4, 'expired'],
        [7, 'expired'],
      ],
      returned: [2, 5, 8],
    });
  });

  test('is free again when the adapter has put the result on the bus itself, and is not told so', async () => {
    const { send, arrived, commands, outcomes } = await linkedPair((command) => command.settle(undefined, true));
    send(HELLO);
    for (let n = 1; n <= 9; n++) send(commandFrame(n));
    await arrived(() => commands.length === 9);
    expect(outcomes()).toEqual([]);
  });

  test('ends the link of an adapter that does not keep it, since it would be a buffer without bound', async () => {
    const { send, ended, commands } = await linkedPair();
    send(HELLO, commandFrame(1), commandFrame(2), commandFrame(3));
    expect(await ended).toEqual({ error: 'link_refused', forGood: false });
    expect(commands).toHaveLength(2);
  });

  test('holds bytes, too, and lets one command through whatever its size', async () => {
    const { peer, ended, commands } = await linkedPair();
    const batch = new FrameBatch();
    batch.add(HELLO);
    batch.add(commandFrame(1), Buffer.alloc(5_000));
    batch.add(commandFrame(2), Buffer.alloc(1));
    peer.send(batch.take());
    expect(await ended).toMatchObject({ error: 'link_refused' });
    expect(commands).toHaveLength(1);
  });
});

describe('withdraw', () => {
  test('reaches commands that are not decided, also when they wait, and no others', async () => {
    const { send, arrived, commands, withdrawn, calls } = await linkedPair();
    send(HELLO, commandFrame(1), commandFrame(2));
    await arrived(() => commands.length === 2);
    commands[0]?.hold();
    commands[1]?.settle(undefined);
    send({ t: 'withdraw', n: [1, 2, 99] }, { t: 'taken', n: 1 });
    await arrived(() => calls.includes('taken 1'));
    expect(withdrawn).toEqual([commands[0]]);
  });
});

describe('the protocol', () => {
  test('begins with a hello', async () => {
    const { send, ended } = await linkedPair();
    send({ t: 'taken', n: 1 });
    expect(await ended).toEqual({ error: 'link_refused', forGood: false });
  });

  test('has one hello', async () => {
    const { send, ended } = await linkedPair();
    send(HELLO, HELLO);
    expect(await ended).toMatchObject({ error: 'link_refused' });
  });

  test('hands on what an adapter says, and tells a close in good order from a loss', async () => {
    const { send, peer, arrived, calls, ended } = await linkedPair();
    send(
      HELLO,
      { t: 'known', call: 'a', epoch: 1, sequence: 1, certain: true },
      { t: 'elsewhere', call: 'b' },
      { t: 'contested', call: 'c', contender: { address: '', user: '', control: true } },
      { t: 'draining' },
    );
    await arrived(() => calls.length === 5);
    expect(calls).toEqual(['hello one b', 'known a', 'elsewhere b', 'contested c', 'draining']);
    peer.close(1000);
    expect(await ended).toEqual({ error: undefined, forGood: true });
  });

  test('numbers reports, and says when there are no more', async () => {
    const { send, link, arrived, frames, calls } = await linkedPair();
    send(HELLO);
    await arrived(() => calls.length === 1);
    link.send(7, reportOf('a', 3));
    link.sendDrained();
    await arrived(() => frames.length === 2);
    expect(frames).toMatchObject([{ t: 'event', n: 7, sequence: 3 }, { t: 'drained' }]);
  });

  test('carries the largest message a gateway can be set to take from jambonz, and the link stays', async () => {
    const { send, link, arrived, frames, calls } = await linkedPair();
    send(HELLO);
    await arrived(() => calls.length === 1);
    link.send(1, reportOf('a', 1, { payload: Buffer.alloc(64 * 1024 * 1024) }));
    link.send(2, reportOf('b', 1));
    await arrived(() => frames.length === 2);
    expect(frames).toMatchObject([{ n: 1 }, { n: 2 }]);
  });
});

test('the adapter that sent a command gets of its result what it does not know, and every other one all of it', async () => {
  const [one, other] = [await linkedPair(), await linkedPair()];
  const command = { ...commandFrame(7), replyTo: 'inbox' };
  const verdict = { status: 'delivered', at: 1 } as const;
  const reportOn = (frame: CommandFrame, outcome: Partial<Outcome> = {}): Report => ({
    kind: 'result',
    callSid: frame.call,
    payload: Buffer.alloc(0),
    command: { link: one.link, frame },
    outcome: { verdict, isInTurn: true, traceparent: undefined, parent: undefined, ...outcome },
    onTaken() {},
  });
  const ofPublisher = { traceparent: TRACEPARENT };
  one.link.send(1, reportOn(command));
  one.link.send(2, reportOn({ ...commandFrame(8), resultTrace: ofPublisher }, { verdict: { ...verdict, at: 2 } }));
  one.link.send(3, reportOn(command, { isInTurn: false, traceparent: TRACEPARENT }));
  one.link.send(4, reportOn(command, { parent: TRACEPARENT }));
  one.link.send(5, reportOn(command, { verdict: { ...verdict, detail: 'with a warning' } }));
  one.link.send(6, reportOn(command));
  other.link.send(3, reportOn(command));
  await one.arrived(() => one.frames.length === 5);
  await other.arrived(() => other.frames.length === 1);
  expect(one.frames).toEqual([
    { t: 'delivered', n: 1, commands: [7, 8], at: [1, 2] },
    { t: 'settled', n: 3, command: 7, verdict, ahead: true, traceparent: TRACEPARENT },
    { t: 'settled', n: 4, command: 7, verdict, parent: TRACEPARENT },
    { t: 'settled', n: 5, command: 7, verdict: { ...verdict, detail: 'with a warning' } },
    { t: 'delivered', n: 6, commands: [7], at: [1] },
  ]);
  const { call, id, name, position, published, replyTo } = command;
  expect(other.frames).toEqual([
    { t: 'result', n: 3, call, command: id, name, position, decided: position, published, verdict, replyTo },
  ]);
});
