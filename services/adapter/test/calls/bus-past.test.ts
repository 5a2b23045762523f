import type { CallPast } from '@jambus/bus';
import { JambusError } from '@jambus/schema';
import { createLogger } from '@jambus/telemetry';
import { createBusPast } from '../../src/calls/bus-past.ts';

const PAST: CallPast = { epoch: 1, sequence: 7, decided: undefined, endedAt: undefined };

function pastOver(answer: (sinceMs: number) => Promise<CallPast | undefined>) {
  const asked: [string, number][] = [];
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', level: 'warn', destination: { write: (line) => lines.push(line) } });
  const history = {
    pastOf(callSid: string, sinceMs: number) {
      asked.push([callSid, sinceMs]);
      return answer(sinceMs);
    },
  };
  const stop = new AbortController();
  return { pastOf: createBusPast(history, logger, stop.signal), asked, lines, stop };
}

describe('the past of a call', () => {
  test('is asked for once where many commands of the call ask, and for each call by itself', async () => {
    const { pastOf, asked } = pastOver(async () => PAST);
    await expect(Promise.all([pastOf('c', 5), pastOf('c', 5), pastOf('c', 9), pastOf('d', 5)])).resolves.toEqual(
      Array(4).fill(PAST),
    );
    expect(asked).toEqual([
      ['c', 5],
      ['d', 5],
    ]);
  });

  test('is asked for again when more of it is wanted than a bounded search has seen', async () => {
    const { pastOf, asked } = pastOver(async (sinceMs) => (sinceMs === 0 ? PAST : undefined));
    await expect(pastOf('c', 5)).resolves.toBeUndefined();
    await expect(pastOf('c', 0)).resolves.toEqual(PAST);
    await expect(pastOf('c', 5)).resolves.toEqual(PAST);
    expect(asked).toHaveLength(2);
  });

  test('is asked for again after a while, as it grows', async () => {
    const { pastOf, asked } = pastOver(async () => PAST);
    await pastOf('c', 0);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await pastOf('c', 0);
    expect(asked).toHaveLength(2);
  });

  test('that nobody may look for is nothing, and is said', async () => {
    const { pastOf, lines } = pastOver(() => Promise.reject(new JambusError('bus_refused', 'no rights')));
    await expect(pastOf('c', 0)).resolves.toBeUndefined();
    expect(lines).toEqual([expect.stringContaining('cannot tell the past')]);
  });

  test('that a bus cannot tell which is away is asked for until it can, and that is said once', async () => {
    let attempts = 0;
    const { pastOf, lines } = pastOver(async () => {
      if (++attempts < 4) throw new JambusError('bus_unavailable', 'away');
      return PAST;
    });
    await expect(pastOf('c', 0)).resolves.toEqual(PAST);
    expect([attempts, lines.length]).toEqual([4, 1]);
  });

  test('is not waited for when the adapter stops', async () => {
    const { pastOf, stop } = pastOver(() => Promise.reject(new JambusError('bus_unavailable', 'away')));
    const asking = pastOf('c', 0);
    stop.abort();
    await expect(asking).rejects.toMatchObject({ code: 'stopped' });
  });
});
