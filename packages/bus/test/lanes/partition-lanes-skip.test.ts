import { readProgress } from '../../src/index.ts';
import { settled } from '../support/eventually.ts';
import { watchedLanes } from '../support/lanes.ts';
import { recordOf } from '../support/records.ts';

const never = () => new Promise<never>(() => {});

test('what was passed over counts as finished for the next reader, also behind the last record that waits', async () => {
  const { lanes } = watchedLanes(never);
  lanes.push(recordOf('away', 10), 10);
  for (const offset of [11, 12, 13]) lanes.skip(offset);
  await settled();
  expect(lanes.watermark).toBe(-1);
  const isFinished = readProgress(lanes.watermark, lanes.progressText(1_000));
  expect([10, 11, 12, 13, 14].map(isFinished)).toEqual([false, true, true, true, false]);
  await lanes.stop(0);
});

test('what was passed over moves the watermark when nothing waits in front of it', () => {
  const { lanes, advances } = watchedLanes(never);
  lanes.skip(0);
  lanes.skip(1);
  expect([lanes.watermark, advances, lanes.progressText(1_000)]).toEqual([1, [0, 1], '']);
});
