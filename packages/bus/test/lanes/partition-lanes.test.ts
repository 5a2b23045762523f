import { JambusError } from '@jambus/schema';
import type { Outcome } from '../../src/index.ts';
import { DEFAULT_LANES_SETTINGS } from '../../src/index.ts';
import { eventually, settled } from '../support/eventually.ts';
import { gate } from '../support/gate.ts';
import { heldHandler } from '../support/held-handler.ts';
import { watchedLanes } from '../support/lanes.ts';
import { recordOf } from '../support/records.ts';

const DONE: Outcome = { kind: 'done' };
const BACKOFF = { firstMs: 2, maxMs: 4 };

describe('order', () => {
  test('the next record of a call starts only when the one before is finished, other calls start at once', async () => {
    const { handler, started, finish } = heldHandler();
    const { lanes } = watchedLanes(handler);
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('a', 1), 1);
    lanes.push(recordOf('b', 2), 2);
    expect(started).toEqual(['0/0', '0/2']);
    await finish(0);
    expect(started).toEqual(['0/0', '0/2', '0/1']);
    await lanes.stop(0);
  });

  test('a record to be retried comes again before anything else of its call, while other calls go on', async () => {
    const seen: string[] = [];
    let failures = 3;
    const { lanes } = watchedLanes(async (record) => {
      seen.push(record.position);
      return record.position === '0/0' && failures-- > 0 ? { kind: 'retry', afterMs: 5, reason: 'away' } : DONE;
    });
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('a', 1), 1);
    lanes.push(recordOf('b', 2), 2);
    await eventually(() => expect(lanes.watermark).toBe(2));
    expect(seen).toEqual(['0/0', '0/2', '0/0', '0/0', '0/0', '0/1']);
    await lanes.stop(0);
  });

  test('records that name no call do not wait for each other', async () => {
    const { handler, started } = heldHandler();
    const { lanes } = watchedLanes(handler);
    lanes.push(recordOf(undefined, 0), 0);
    lanes.push(recordOf(undefined, 1), 1);
    expect(started).toEqual(['0/0', '0/1']);
    await lanes.stop(0);
  });

  test('a rewound reader makes nothing start twice', async () => {
    const { handler, started } = heldHandler();
    const { lanes } = watchedLanes(handler);
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('b', 1), 1);
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('b', 1), 1);
    lanes.push(recordOf('c', 2), 2);
    expect(started).toEqual(['0/0', '0/1', '0/2']);
    expect(lanes.unfinished).toBe(3);
    await lanes.stop(0);
  });

  test('nothing is kept of a call that has no records left', async () => {
    const { lanes } = watchedLanes(async () => DONE);
    for (let offset = 0; offset < 100; offset++) lanes.push(recordOf(`call ${offset % 10}`, offset), offset);
    expect(lanes.activeCalls).toBe(10);
    await eventually(() => expect(lanes.unfinished).toBe(0));
    expect(lanes.activeCalls).toBe(0);
    expect(lanes.unfinishedBytes).toBe(0);
    await lanes.stop(0);
  });
});

describe('watermark', () => {
  test('stands still behind an unfinished record and then jumps over all that was finished meanwhile', async () => {
    const { handler, finish } = heldHandler();
    const { lanes, advances } = watchedLanes(handler, { startAfter: 9 });
    // Offsets of a real log have gaps.
    for (const offset of [10, 13, 14, 20]) lanes.push(recordOf(`call ${offset}`, offset), offset);
    expect(lanes.watermark).toBe(9);
    await finish(13);
    await finish(14);
    expect(lanes.watermark).toBe(9);
    await finish(10);
    expect(lanes.watermark).toBe(14);
    await finish(20);
    expect(lanes.watermark).toBe(20);
    expect(advances).toEqual([14, 20]);
    await lanes.stop(0);
  });

  test('does not pass a dead letter that the broker does not have yet', async () => {
    const published = gate();
    const { lanes } = watchedLanes(async () => ({ kind: 'dead-letter', reason: 'invalid', detail: '' }), {
      publishDeadLetter: () => published.promise,
    });
    lanes.push(recordOf('a', 0), 0);
    await settled();
    expect(lanes.watermark).toBe(-1);
    published.open();
    await eventually(() => expect(lanes.watermark).toBe(0));
    await lanes.stop(0);
  });
});

describe('room', () => {
  const limits = { maxUnfinished: 3, maxUnfinishedBytes: 10_000, maxUncommitted: 5 };
  const settings = { ...DEFAULT_LANES_SETTINGS, limits };

  test('ends with the last record the window takes and comes back when one is finished', async () => {
    const { handler, finish } = heldHandler();
    const { lanes } = watchedLanes(handler, { settings });
    expect([0, 1, 2].map((offset) => lanes.push(recordOf(`call ${offset}`, offset), offset))).toEqual([
      true,
      true,
      false,
    ]);
    let room = false;
    const waiting = lanes.whenRoom().then(() => {
      room = true;
    });
    await settled();
    expect(room).toBe(false);
    await finish(1);
    await waiting;
    expect(lanes.hasRoom).toBe(true);
    await lanes.stop(0);
  });

  test('is bounded by bytes', async () => {
    const { handler, finish } = heldHandler();
    const { lanes } = watchedLanes(handler, { settings });
    expect(lanes.push(recordOf('a', 0, 'x'.repeat(10_000)), 0)).toBe(false);
    await finish(0);
    expect(lanes.hasRoom).toBe(true);
    await lanes.stop(0);
  });

  test('is bounded by what would come again after a crash, however few records are unfinished', async () => {
    const { handler, finish } = heldHandler();
    const { lanes } = watchedLanes(handler, { settings });
    lanes.push(recordOf('slow', 0), 0);
    for (let offset = 1; offset <= 3; offset++) {
      expect(lanes.push(recordOf('quick', offset), offset)).toBe(true);
      await finish(offset);
    }
    expect(lanes.push(recordOf('quick', 4), 4)).toBe(false);
    await finish(4);
    expect(lanes.unfinished).toBe(1);
    expect(lanes.hasRoom).toBe(false);
    await finish(0);
    expect(lanes.hasRoom).toBe(true);
    await lanes.stop(0);
  });

  test('whoever waits for it is let go when the lanes stop', async () => {
    const { handler } = heldHandler();
    const { lanes } = watchedLanes(handler, { settings });
    for (let offset = 0; offset < 3; offset++) lanes.push(recordOf(`call ${offset}`, offset), offset);
    const waiting = lanes.whenRoom();
    await lanes.stop(0);
    await waiting;
    expect(lanes.push(recordOf('late', 3), 3)).toBe(false);
    expect(lanes.hasRoom).toBe(false);
  });
});

describe('a handler that throws', () => {
  test('is tried three times, then the record is a dead letter and its call goes on', async () => {
    const seen: string[] = [];
    const { lanes, letters, troubles } = watchedLanes(async (record) => {
      seen.push(record.position);
      if (record.position === '0/0') throw new TypeError('no such property');
      return DONE;
    });
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('a', 1), 1);
    await eventually(() => expect(lanes.watermark).toBe(1));
    expect(seen).toEqual(['0/0', '0/0', '0/0', '0/1']);
    expect(letters[0]?.attributes).toMatchObject({
      dlreason: 'internal',
      dldetail: 'no such property',
      dlattempts: '3',
    });
    expect(troubles.map(({ kind }) => kind)).toEqual(['handler_threw', 'handler_threw', 'handler_threw']);
    await lanes.stop(0);
  });

  test('before it has given a promise is the same', async () => {
    const { lanes, letters } = watchedLanes(() => {
      throw new TypeError('too early');
    });
    lanes.push(recordOf('a', 0), 0);
    await eventually(() => expect(letters).toHaveLength(1));
    await lanes.stop(0);
  });

  test('with an error that may pass never makes a dead letter', async () => {
    let attempts = 0;
    const { lanes, letters } = watchedLanes(async () => {
      if (++attempts < 10) throw new JambusError('link_unavailable', 'the gateway is away');
      return DONE;
    });
    lanes.push(recordOf('a', 0), 0);
    await eventually(() => expect(lanes.watermark).toBe(0));
    expect(attempts).toBe(10);
    expect(letters).toEqual([]);
    await lanes.stop(0);
  });

  test('now and then, with other outcomes between, makes no dead letter', async () => {
    const plan = ['throw', 'throw', 'retry', 'throw', 'throw', 'retry', 'throw', 'done'];
    let attempt = 0;
    const { lanes, letters } = watchedLanes(async () => {
      const step = plan[attempt++];
      if (step === 'throw') throw new Error('a defect that comes and goes');
      return step === 'retry' ? { kind: 'retry', afterMs: 1, reason: 'away' } : DONE;
    });
    lanes.push(recordOf('a', 0), 0);
    await eventually(() => expect(lanes.watermark).toBe(0));
    expect(attempt).toBe(plan.length);
    expect(letters).toEqual([]);
    await lanes.stop(0);
  });

  test('for the last time while stopping makes no dead letter of a record that may be sound', async () => {
    const entered = gate();
    let attempts = 0;
    const { lanes, letters } = watchedLanes(async (_record, signal) => {
      if (++attempts < 3) throw new Error('a defect');
      entered.open();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      return DONE;
    });
    lanes.push(recordOf('a', 0), 0);
    await entered.promise;
    await lanes.stop(1_000);
    expect(letters).toEqual([]);
    expect(lanes.watermark).toBe(-1);
  });
});

describe('dead letters', () => {
  const refuseAll = async (): Promise<Outcome> => ({ kind: 'dead-letter', reason: 'invalid', detail: 'not JSON' });

  test('are published again until the broker has them, and hold up neither their call nor others', async () => {
    let failures = 4;
    const letters: string[] = [];
    const { lanes, troubles } = watchedLanes(
      async (record) => (record.position === '0/0' ? { kind: 'dead-letter', reason: 'invalid', detail: '' } : DONE),
      {
        publishDeadLetter: async (letter) => {
          if (failures-- > 0) throw new JambusError('bus_unavailable', 'away');
          letters.push(letter.attributes['dlorigin'] ?? '');
        },
      },
    );
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('a', 1), 1);
    lanes.push(recordOf('b', 2), 2);
    await settled();
    expect(lanes.unfinished).toBe(1);
    await eventually(() => expect(lanes.watermark).toBe(2));
    expect(letters).toEqual(['jambonz.commands/0/0']);
    expect(troubles).toHaveLength(4);
    await lanes.stop(0);
  });

  test('are made of what the driver could not read, without a handler, and the commands around it are handled', async () => {
    const handled: string[] = [];
    const { lanes, letters } = watchedLanes(async ({ position }) => {
      handled.push(position);
      return DONE;
    });
    lanes.push(recordOf('a', 0), 0);
    lanes.push({ ...recordOf(undefined, 2), unreadable: 'the batch with the records 1 to 2 cannot be read: no' }, 2);
    lanes.push(recordOf('a', 3), 3);
    await settled();
    expect(handled).toEqual(['0/0', '0/3']);
    expect(letters.map(({ attributes }) => [attributes['dlreason'], attributes['dldetail']])).toEqual([
      ['invalid', 'the batch with the records 1 to 2 cannot be read: no'],
    ]);
    expect([lanes.watermark, lanes.unfinished]).toEqual([3, 0]);
    await lanes.stop(0);
  });

  test('that the broker refuses whole go without their payload, and say so', async () => {
    const { lanes, letters } = watchedLanes(refuseAll, {
      publishDeadLetter: async (letter) => {
        if (letter.payload.byteLength > 5) throw new JambusError('bus_refused', 'message too large');
        letters.push(letter);
      },
    });
    lanes.push(recordOf('a', 0, 'far too large'), 0);
    await eventually(() => expect(lanes.watermark).toBe(0));
    expect(letters[0]?.payload.byteLength).toBe(0);
    expect(letters[0]?.attributes).toMatchObject({ id: 'command-0', dlomitted: '13', dlreason: 'invalid' });
    await lanes.stop(0);
  });

  // Whole and without payload took turns for ever, with a wait between.
  test('that the broker refuses for their attributes go without them, at once, and the watermark moves', async () => {
    const forms: number[] = [];
    const { lanes, letters } = watchedLanes(refuseAll, {
      publishDeadLetter: async (letter) => {
        const bytes = JSON.stringify(letter.attributes).length;
        forms.push(bytes);
        if (bytes > 1_000) throw new JambusError('bus_refused', 'header size exceeds maximum allowed of 64k');
        letters.push(letter);
      },
      settings: { ...DEFAULT_LANES_SETTINGS, backoff: { firstMs: 60_000, maxMs: 60_000 } },
    });
    const record = { ...recordOf('a', 0, ''), attributes: { big: 'y'.repeat(60_000), id: 'i'.repeat(900) } };
    lanes.push(record, 0);
    await eventually(() => expect(lanes.watermark).toBe(0));
    expect(forms).toHaveLength(3);
    expect(letters[0]?.attributes).toMatchObject({ dlleftout: 'big (60003 bytes), id (902 bytes)' });
    await lanes.stop(0);
  });

  test('keep their payload through an outage that has nothing to do with it', async () => {
    const failures = ['bus_unavailable', 'bus_refused', 'bus_unavailable'] as const;
    let attempt = 0;
    const { lanes, letters } = watchedLanes(refuseAll, {
      publishDeadLetter: async (letter) => {
        const code = failures[attempt++];
        if (code !== undefined) throw new JambusError(code, 'trouble');
        letters.push(letter);
      },
    });
    lanes.push(recordOf('a', 0), 0);
    await eventually(() => expect(letters).toHaveLength(1));
    expect(new TextDecoder().decode(letters[0]?.payload)).toBe('payload 0');
    await lanes.stop(0);
  });
});

describe('stop', () => {
  test('tells the running handlers, waits for them and counts what they finish', async () => {
    const { handler, started, signals, finish } = heldHandler();
    const { lanes } = watchedLanes(handler);
    lanes.push(recordOf('a', 0), 0);
    lanes.push(recordOf('a', 1), 1);
    let stopped = false;
    const stopping = lanes.stop(60_000).then(() => {
      stopped = true;
    });
    await settled();
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    expect(stopped).toBe(false);
    await finish(0);
    await stopping;
    expect(lanes.watermark).toBe(0);
    expect(started).toEqual(['0/0']);
  });

  test('waits for the dead letters under way', async () => {
    const published = gate();
    const { lanes } = watchedLanes(async () => ({ kind: 'dead-letter', reason: 'invalid', detail: '' }), {
      publishDeadLetter: () => published.promise,
    });
    lanes.push(recordOf('a', 0), 0);
    await settled();
    const stopping = lanes.stop(60_000);
    published.open();
    await stopping;
    expect(lanes.watermark).toBe(0);
  });

  test('gives up at the deadline, and what ends later moves nothing', async () => {
    const { handler, finish } = heldHandler();
    const { lanes, troubles, advances } = watchedLanes(handler);
    lanes.push(recordOf('a', 0), 0);
    await lanes.stop(1);
    expect(troubles).toEqual([{ kind: 'handlers_abandoned', count: 1 }]);
    await finish(0);
    expect(lanes.watermark).toBe(-1);
    expect(advances).toEqual([]);
  });

  test('hands nothing over again that wants a retry only because of the stop', async () => {
    let attempts = 0;
    const { lanes } = watchedLanes(async (_record, signal) => {
      attempts++;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { kind: 'retry', afterMs: 1, reason: 'stopping' };
    });
    lanes.push(recordOf('a', 0), 0);
    await lanes.stop(60_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(attempts).toBe(1);
  });

  test('leaves what waits for its retry to the next reader', async () => {
    let attempts = 0;
    const { lanes } = watchedLanes(
      async () => {
        attempts++;
        return { kind: 'retry', afterMs: 5, reason: 'away' };
      },
      { settings: { ...DEFAULT_LANES_SETTINGS, backoff: BACKOFF } },
    );
    lanes.push(recordOf('a', 0), 0);
    await settled();
    await lanes.stop(60_000);
    const before = attempts;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(attempts).toBe(before);
    expect(lanes.watermark).toBe(-1);
  });
});
