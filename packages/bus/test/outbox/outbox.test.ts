import { JambusError } from '@jambus/schema';
import {
  type BusTrouble,
  DEFAULT_OUTBOX_SETTINGS,
  type EventSink,
  MessagesRefused,
  Outbox,
  type OutboxSettings,
} from '../../src/index.ts';
import { eventually, settled } from '../support/eventually.ts';
import { eventOf } from '../support/records.ts';
import { heldSink, idsOf } from '../support/sinks.ts';

const AWAY = new JambusError('bus_unavailable', 'the broker is away');
const REFUSED = new JambusError('bus_refused', 'the broker will never take this');

function outboxOver(sink: EventSink, settings: Partial<OutboxSettings> = {}) {
  const troubles: BusTrouble[] = [];
  const outbox = new Outbox(sink, {
    onTrouble: (trouble) => troubles.push(trouble),
    settings: { ...DEFAULT_OUTBOX_SETTINGS, backoff: { firstMs: 1, maxMs: 4 }, ...settings },
  });
  return { outbox, troubles };
}

/** What came of a message: `published`, or the code it was refused with. */
function outcomeOf(publishing: Promise<void>): Promise<string> {
  return publishing.then(
    () => 'published',
    (error: unknown) => JambusError.from(error).code,
  );
}

describe('batches', () => {
  test('what comes while one is under way makes the next one', async () => {
    const sink = heldSink();
    const { outbox } = outboxOver(sink);
    const first = outbox.publish(eventOf('a', '1'));
    await settled();
    const others = ['2', '3', '4'].map((id) => outbox.publish(eventOf('a', id)));
    await settled();
    expect(sink.batches).toEqual([['1']]);
    sink.settle();
    await first;
    await settled();
    expect(sink.batches).toEqual([['1'], ['2', '3', '4']]);
    sink.settle();
    await Promise.all(others);
    expect(outbox.published).toBe(4);
    await outbox.close(0);
  });

  test('a message is not called published before the broker has it', async () => {
    const sink = heldSink();
    const { outbox } = outboxOver(sink);
    let published = false;
    const publishing = outbox.publish(eventOf('a', '1')).then(() => {
      published = true;
    });
    await settled();
    expect(published).toBe(false);
    expect(outbox.pendingMessages).toBe(1);
    sink.settle();
    await publishing;
    expect(outbox.pendingMessages).toBe(0);
    expect(outbox.pendingBytes).toBe(0);
    await outbox.close(0);
  });

  test('are bounded by count and by bytes, and a message above the bytes goes alone', async () => {
    const batches: string[][] = [];
    const sink: EventSink = { publish: async (batch) => void batches.push(idsOf(batch)) };
    const { outbox } = outboxOver(sink, { maxBatchMessages: 3, maxBatchBytes: 5_000 });
    const sizes = [10, 10, 10, 10, 9_000, 2_500, 2_500];
    await Promise.all(sizes.map((size, n) => outbox.publish(eventOf('a', String(n), new Uint8Array(size)))));
    expect(batches).toEqual([['0', '1', '2'], ['3'], ['4'], ['5'], ['6']]);
    await outbox.close(0);
  });
});

describe('trouble', () => {
  test('that may pass is tried again with the same batch before anything newer goes', async () => {
    const batches: string[][] = [];
    let failures = 5;
    const sink: EventSink = {
      publish: async (batch) => {
        batches.push(idsOf(batch));
        if (failures-- > 0) throw AWAY;
      },
    };
    const { outbox, troubles } = outboxOver(sink);
    const first = outbox.publish(eventOf('a', '1'));
    await settled();
    await Promise.all([first, outbox.publish(eventOf('a', '2'))]);
    expect(batches).toEqual([...Array(6).fill(['1']), ['2']]);
    expect(outbox.retries).toBe(5);
    expect(outbox.failed).toBe(0);
    expect(troubles).toHaveLength(5);
    await outbox.close(0);
  });

  test('one message that is refused for good is told so, and the others of its batch are published in order', async () => {
    const log: string[] = [];
    const sink: EventSink = {
      publish: async (batch) => {
        if (idsOf(batch).includes('bad')) throw REFUSED;
        log.push(...idsOf(batch));
      },
    };
    const { outbox } = outboxOver(sink);
    const ids = ['1', '2', '3', 'bad', '4', '5', '6'];
    const outcomes = await Promise.all(ids.map((id) => outcomeOf(outbox.publish(eventOf('a', id)))));
    expect(outcomes).toEqual(ids.map((id) => (id === 'bad' ? 'bus_refused' : 'published')));
    expect(log).toEqual(['1', '2', '3', '4', '5', '6']);
    expect([outbox.published, outbox.failed]).toEqual([6, 1]);
    await outbox.close(0);
  });

  test('of an unknown kind counts as refused for good', async () => {
    const { outbox } = outboxOver({ publish: () => Promise.reject(new TypeError('a defect')) });
    expect(await outcomeOf(outbox.publish(eventOf('a', '1')))).toBe('internal');
    await outbox.close(0);
  });

  test('in a callback is told and takes nothing from the others', async () => {
    const { outbox, troubles } = outboxOver({ publish: async () => {} });
    outbox.enqueue(eventOf('a', '1'), () => {
      throw new Error('a defect of the owner');
    });
    await outbox.publish(eventOf('a', '2'));
    expect(troubles).toEqual([{ kind: 'callback_threw', error: expect.any(JambusError) }]);
    await outbox.close(0);
  });
});

describe('room', () => {
  const bounds = { maxPendingMessages: 2, maxPendingBytes: 10_000 };

  test('ends at the bound and comes back when the broker has taken a batch', async () => {
    const sink = heldSink();
    const { outbox } = outboxOver(sink, bounds);
    const publishing = [outbox.publish(eventOf('a', '1')), outbox.publish(eventOf('a', '2'))];
    expect(outbox.hasRoom).toBe(false);
    let room = false;
    const waiting = outbox.whenRoom().then(() => {
      room = true;
    });
    await settled();
    expect(room).toBe(false);
    sink.settle();
    await Promise.all([...publishing, waiting]);
    expect(outbox.hasRoom).toBe(true);
    await outbox.close(0);
  });

  test('ends at the bound of bytes too', async () => {
    const sink = heldSink();
    const { outbox } = outboxOver(sink, bounds);
    const publishing = outcomeOf(outbox.publish(eventOf('a', '1', new Uint8Array(10_000))));
    expect(outbox.hasRoom).toBe(false);
    await outbox.close(0);
    expect(await publishing).toBe('stopped');
  });

  test('at twice the bound a message is refused, and may be tried again', async () => {
    const sink = heldSink();
    const { outbox } = outboxOver(sink, bounds);
    const publishing = ['1', '2', '3', '4', '5'].map((id) => outcomeOf(outbox.publish(eventOf('a', id))));
    expect(await publishing.at(-1)).toBe('overloaded');
    expect(new JambusError('overloaded', '').retryable).toBe(true);
    await settled();
    sink.settle();
    expect(await Promise.all(publishing.slice(0, 4))).toEqual(Array(4).fill('published'));
    await outbox.close(0);
  });
});

describe('close', () => {
  test('publishes what is pending, through trouble, and takes nothing more', async () => {
    const log: string[] = [];
    let failures = 3;
    const sink: EventSink = {
      publish: async (batch) => {
        if (failures-- > 0) throw AWAY;
        log.push(...idsOf(batch));
      },
    };
    const { outbox } = outboxOver(sink, { maxBatchMessages: 1 });
    const publishing = [outbox.publish(eventOf('a', '1')), outbox.publish(eventOf('a', '2'))];
    const closing = outbox.close(60_000);
    expect(await outcomeOf(outbox.publish(eventOf('a', '3')))).toBe('stopped');
    await Promise.all([...publishing, closing]);
    expect(log).toEqual(['1', '2']);
  });

  test('answers everything at the deadline when the broker is away', async () => {
    const { outbox } = outboxOver(
      { publish: () => Promise.reject(AWAY) },
      { maxBatchMessages: 1, backoff: { firstMs: 3_600_000, maxMs: 3_600_000 } },
    );
    const publishing = [1, 2, 3].map((n) => outcomeOf(outbox.publish(eventOf('a', String(n)))));
    await eventually(() => expect(outbox.retries).toBe(1));
    await outbox.close(1);
    expect(await Promise.all(publishing)).toEqual(['stopped', 'stopped', 'stopped']);
    expect([outbox.pendingMessages, outbox.pendingBytes, outbox.failed]).toEqual([0, 0, 3]);
  });

  test('answers everything at the deadline when the broker hangs, and each only once', async () => {
    const sink = heldSink();
    const { outbox } = outboxOver(sink);
    const answers: (string | undefined)[] = [];
    outbox.enqueue(eventOf('a', '1'), (error) => answers.push(error?.code));
    await settled();
    outbox.enqueue(eventOf('a', '2'), (error) => answers.push(error?.code));
    await outbox.close(1);
    sink.settle();
    await settled();
    expect(answers).toEqual(['stopped', 'stopped']);
    expect(sink.batches).toEqual([['1']]);
  });

  test('answers what has not even started', async () => {
    const { outbox } = outboxOver({ publish: () => new Promise(() => {}) });
    const publishing = outcomeOf(outbox.publish(eventOf('a', '1')));
    const closing = outbox.close(0);
    // The event loop comes to the deadline before it comes to the first batch.
    for (const until = performance.now() + 5; performance.now() < until; );
    await closing;
    expect(await publishing).toBe('stopped');
  });

  test('lets go whoever waits for room', async () => {
    const { outbox } = outboxOver(heldSink(), { maxPendingMessages: 1 });
    const publishing = outcomeOf(outbox.publish(eventOf('a', '1')));
    const waiting = outbox.whenRoom();
    await outbox.close(0);
    await waiting;
    expect(await publishing).toBe('stopped');
  });

  test('again is the same close', async () => {
    const { outbox } = outboxOver({ publish: async () => {} });
    expect(outbox.close(1_000)).toBe(outbox.close(0));
    await outbox.close(0);
  });
});

describe('messages that the broker refuses for good', () => {
  test('are told so by one attempt where the sink says which they are, and the others are published once', async () => {
    const sink = heldSink();
    const { outbox } = outboxOver(sink);
    const messages = ['1', '2', '3', '4', '5'].map((id) => eventOf('a', id));
    const outcomes = messages.map((message) => outcomeOf(outbox.publish(message)));
    await settled();
    const refused = [1, 3].map((n) => [messages[n], REFUSED] as const);
    sink.settle(new MessagesRefused(new Map(refused as [(typeof messages)[number], JambusError][])));
    expect(await Promise.all(outcomes)).toEqual(['published', 'bus_refused', 'published', 'bus_refused', 'published']);
    expect(sink.batches).toHaveLength(1);
    expect([outbox.published, outbox.failed, outbox.pendingMessages]).toEqual([3, 2, 0]);
    await outbox.close(0);
  });

  test('have something else go out in their place, if anything may, before what is behind them', async () => {
    const out: string[] = [];
    const { outbox } = outboxOver({
      publish: async (batch) => {
        if (batch.some(({ attributes }) => attributes['id'] === 'large')) throw REFUSED;
        out.push(...idsOf(batch));
      },
    });
    const reasons: string[] = [];
    const large = {
      ...eventOf('a', 'large'),
      reduced: (why: JambusError) => {
        reasons.push(why.code);
        return eventOf('a', 'small');
      },
    };
    const publishing = [eventOf('a', '1'), large, eventOf('a', '2')].map((message) => outbox.publish(message));
    expect(await Promise.all(publishing.map(outcomeOf))).toEqual(['published', 'published', 'published']);
    expect([out, reasons]).toEqual([['1', 'small', '2'], ['bus_refused']]);
    expect(outbox.pendingBytes).toBe(0);
    await outbox.close(0);
  });
});
