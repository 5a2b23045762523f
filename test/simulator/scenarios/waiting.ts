import type { SimulatedCall } from '../simulated-call.ts';

const LOOK_MS = 5;

/** Waits for something about a call that no message tells; gives back whether it came about before the call was over. */
export async function until(call: SimulatedCall, holds: () => boolean): Promise<boolean> {
  let over = false;
  void call.ended.then(() => {
    over = true;
  });
  while (!over && !holds()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  return !over;
}
