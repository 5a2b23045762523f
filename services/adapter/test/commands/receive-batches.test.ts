import { setImmediate as turn } from 'node:timers/promises';
import type { CommandRecord } from '@jambus/bus';
import type { CommandBatch } from '../../src/adapter-spans.ts';
import { receiveBatches } from '../../src/commands/receive-batches.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function record(position: string, attributes: Record<string, string> = {}): CommandRecord {
  return {
    callSid: 'c',
    attributes,
    payload: Buffer.alloc(0),
    publishedAt: 0,
    position,
    maybeRepeated: false,
    replyTo: undefined,
  };
}

function collecting() {
  const batches: CommandBatch[] = [];
  return { batches, take: receiveBatches((batch) => batches.push(batch)) };
}

describe('batches of received commands', () => {
  test('what one turn of the event loop brings of a partition is one batch', async () => {
    const { batches, take } = collecting();
    for (const position of ['0/1', '7/1', '0/2']) take(record(position));
    await turn();
    take(record('0/3'));
    await turn();
    expect(batches.map(({ partition, size }) => [partition, size])).toEqual([
      ['0', 2],
      ['7', 1],
      ['0', 1],
    ]);
  });

  test('refers to the commands that have a context, and counts the others too', async () => {
    const { batches, take } = collecting();
    take(record('0/1', { traceparent: TRACEPARENT }));
    take(record('0/2', { traceparent: 'nonsense' }));
    take(record('0/3'));
    await turn();
    expect(batches).toEqual([expect.objectContaining({ size: 3, traceparents: [TRACEPARENT] })]);
  });

  test('a span refers to no more than it takes', async () => {
    const { batches, take } = collecting();
    for (let n = 0; n < 300; n++) take(record(`0/${n}`, { traceparent: TRACEPARENT }));
    await turn();
    expect(batches.map(({ traceparents }) => traceparents.length)).toEqual([128, 128, 44]);
  });
});
