import { type Attack, sideBySide } from './attack.ts';
import { hold } from './hold.ts';
import { dial } from './raw-websocket.ts';

/** Connects and says nothing. */
export const silent: Attack = (options, tally, signal) =>
  sideBySide(options.width, signal, () => hold(dial(options), tally));
