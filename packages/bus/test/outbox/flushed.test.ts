import { DEFAULT_OUTBOX_SETTINGS, Outbox } from '../../src/index.ts';
import { settled } from '../support/eventually.ts';
import { eventOf } from '../support/records.ts';
import { type HeldSink, heldSink } from '../support/sinks.ts';

const ignore = (): void => {};

function outboxOver(sink: HeldSink, maxBatchMessages = 100): Outbox {
  return new Outbox(sink, { onTrouble: ignore, settings: { ...DEFAULT_OUTBOX_SETTINGS, maxBatchMessages } });
}

/** What has resolved so far, in the order in which it did. */
function watching(outbox: Outbox) {
  const done: string[] = [];
  return { done, flush: (name: string) => void outbox.flushed().then(() => done.push(name)) };
}

describe('everything that was taken is on the bus', () => {
  test('at once, when nothing was taken', async () => {
    const { done, flush } = watching(outboxOver(heldSink()));
    flush('nothing');
    await settled();
    expect(done).toEqual(['nothing']);
  });

  test('as soon as what was taken before the question is, whatever comes behind it', async () => {
    const sink = heldSink();
    const outbox = outboxOver(sink, 2);
    const { done, flush } = watching(outbox);
    for (const id of ['1', '2', '3']) outbox.enqueue(eventOf('a', id), ignore);
    flush('three');
    outbox.enqueue(eventOf('a', '4'), ignore);
    flush('four');
    for (const id of ['5', '6']) outbox.enqueue(eventOf('a', id), ignore);
    await settled();
    sink.settle();
    await settled();
    expect([sink.batches, done]).toEqual([
      [
        ['1', '2'],
        ['3', '4'],
      ],
      [],
    ]);
    sink.settle();
    await settled();
    expect([sink.batches.at(-1), done]).toEqual([
      ['5', '6'],
      ['three', 'four'],
    ]);
    await outbox.close(0);
  });

  test('not before the answers are told, as whoever asks relies on what they do', async () => {
    const sink = heldSink();
    const outbox = outboxOver(sink);
    const told: string[] = [];
    outbox.enqueue(eventOf('a', '1'), () => told.push('answer'));
    void outbox.flushed().then(() => told.push('flushed'));
    await settled();
    sink.settle();
    await settled();
    expect(told).toEqual(['answer', 'flushed']);
    await outbox.close(0);
  });

  test('or never will be, when the outbox has closed', async () => {
    const outbox = outboxOver(heldSink());
    const { done, flush } = watching(outbox);
    outbox.enqueue(eventOf('a', '1'), ignore);
    flush('given up');
    await outbox.close(0);
    await settled();
    expect(done).toEqual(['given up']);
  });
});
