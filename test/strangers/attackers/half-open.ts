import { type Attack, sideBySide } from './attack.ts';
import { hold } from './hold.ts';
import { dial, upgradeRequest } from './raw-websocket.ts';

/** Requests that are refused, each with an answer of its own: 401 or 400 for wrong credentials, 403, 400, 426, 400. */
const REFUSED: readonly string[] = [
  upgradeRequest({ path: '/', credentials: 'nobody:wrong' }),
  upgradeRequest({ path: '/' }, 'origin: https://elsewhere.example\r\n'),
  upgradeRequest({ path: '/' }).replace('ws.jambonz.org', 'other'),
  'GET / HTTP/1.1\r\nhost: target\r\n\r\n',
  'EHLO example.org\r\n\r\n',
  upgradeRequest({ path: '/' }).replace('sec-websocket-version: 13', 'sec-websocket-version: 1'),
];

/** Is refused, and never closes its side. */
export const halfOpen: Attack = (options, tally, signal) => {
  let next = 0;
  return sideBySide(options.width, signal, () => {
    const socket = dial(options);
    socket.write(REFUSED[next++ % REFUSED.length] as string);
    return hold(socket, tally);
  });
};
