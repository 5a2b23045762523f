import { type HotPath, startHotPath } from './hot-path.ts';

let hotPath: HotPath | undefined;
afterEach(() => hotPath?.close());

test('commands of a burst come back over gateway, link and adapter, with their results, burst after burst', async () => {
  hotPath = await startHotPath(5);
  for (let n = 0; n < 50; n++) await hotPath.burst();
});
