import { type CallOptions, resolveOptions } from './options.ts';
import { SimulatedCall } from './simulated-call.ts';
import { Tally } from './tally.ts';

/**
 * Places a call: connects at once and goes on by itself until it ends.
 *
 * @throws JambusError `bad_config` for a URL that cannot be dialled.
 */
export function startCall(options: CallOptions): SimulatedCall {
  return new SimulatedCall(resolveOptions(options), new Tally());
}
