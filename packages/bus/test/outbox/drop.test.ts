import { DEFAULT_OUTBOX_SETTINGS, Outbox } from '../../src/index.ts';
import { settled } from '../support/eventually.ts';
import { eventOf } from '../support/records.ts';
import { heldSink } from '../support/sinks.ts';

function outboxOver(maxBatchMessages = 100) {
  const sink = heldSink();
  const settings = { ...DEFAULT_OUTBOX_SETTINGS, maxBatchMessages };
  const outbox = new Outbox(sink, { onTrouble: () => {}, settings });
  const answers: string[] = [];
  const enqueue = (id: string, owner?: object): void =>
    outbox.enqueue(eventOf('a', id), (error) => answers.push(`${id} ${error?.code ?? 'published'}`), owner);
  return { sink, outbox, answers, enqueue };
}

describe('messages that go to the bus by another way', () => {
  test('are published no more and answered, and those of others go on in their order', async () => {
    const { sink, outbox, answers, enqueue } = outboxOver(3);
    const [lost, kept] = [{}, {}];
    enqueue('1', lost);
    await settled();
    for (const [id, owner] of [['2', kept], ['3', lost], ['4'], ['5', lost], ['6', kept], ['7', lost]] as const) {
      enqueue(id, owner);
    }
    outbox.drop(lost);
    expect(answers).toEqual([]);
    sink.settle();
    await settled();
    sink.settle();
    await settled();
    sink.settle();
    await settled();
    // The first was with the broker when its owner dropped it.
    expect(sink.batches).toEqual([['1'], ['2', '4'], ['6']]);
    expect(answers).toEqual([
      '1 published',
      '3 stopped',
      '2 published',
      '4 published',
      '5 stopped',
      '7 stopped',
      '6 published',
    ]);
    expect([outbox.pendingMessages, outbox.pendingBytes, outbox.published, outbox.failed]).toEqual([0, 0, 4, 3]);
    await outbox.close(0);
  });

  test('are answered although nothing else waits, and nobody is given an empty batch', async () => {
    const { sink, outbox, answers, enqueue } = outboxOver();
    const owner = {};
    enqueue('1', owner);
    enqueue('2', owner);
    outbox.drop(owner);
    await outbox.flushed();
    expect([sink.batches, answers]).toEqual([[], ['1 stopped', '2 stopped']]);
    enqueue('3');
    await settled();
    expect(sink.batches).toEqual([['3']]);
    sink.settle();
    await outbox.close(1_000);
  });

  test('are not held back for those of other owners, nor do they take the room of others', async () => {
    const { sink, outbox, answers, enqueue } = outboxOver(1);
    const owner = {};
    for (const id of ['1', '2', '3']) enqueue(id, owner);
    enqueue('4');
    outbox.drop(owner);
    await settled();
    expect([sink.batches, answers]).toEqual([[['4']], ['1 stopped', '2 stopped', '3 stopped']]);
    sink.settle();
    await outbox.close(1_000);
    expect(outbox.pendingMessages).toBe(0);
  });
});
