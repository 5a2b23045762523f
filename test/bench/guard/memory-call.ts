import type { Server } from 'node:http';
import { Duplex } from 'node:stream';

/*
 * Calls of jambonz whose connections to the gateway are in memory. What the operating system does for a connection differs from
 * machine to machine, and is not ours. Frames are prepared once, so that little of what is measured is the call itself.
 */

/** Of the ids of verbs: a call finds them by the bytes before them, and takes as many. */
export const VERB_ID_LENGTH = 8;
const BEFORE_VERB_ID = Buffer.from('"id":"');
const ANY_VERB_ID = 'v'.repeat(VERB_ID_LENGTH);
const SWITCHING_PROTOCOLS = 'HTTP/1.1 101 ';

/** What a call has to say next, all that one turn of the event loop brings. */
export type SayLater = (call: Duplex, frame: Buffer) => void;

/**
 * A call that takes its application, and then answers each command with a `verb:status` for the verb in it.
 *
 * @param server of the gateway's port for jambonz
 * @param sayLater shared by all calls
 * @returns resolves when the call has its application; rejects when the gateway refuses its websocket
 */
export function startMemoryCall(server: Server, callSid: string, sayLater: SayLater): Promise<void> {
  return new Promise((resolve, reject) => {
    const finished = clientFrame(
      `{"type":"verb:status","msgid":"m","call_sid":"${callSid}","data":{"event":"finished","id":"${ANY_VERB_ID}","name":"say"}}`,
    );
    const idAt = finished.indexOf(ANY_VERB_ID);
    const answer = (command: Buffer): void => {
      if (command[0] === FINAL_CLOSE) {
        call.destroy();
        return;
      }
      const at = command.indexOf(BEFORE_VERB_ID);
      // An acknowledgement has no verb.
      if (at === -1) return;
      const frame = Buffer.from(finished);
      const start = at + BEFORE_VERB_ID.length;
      command.copy(frame, idAt, start, start + VERB_ID_LENGTH);
      sayLater(call, frame);
    };
    const takeApplication = (): void => {
      onBytes = answer;
      sayLater(call, clientFrame(JSON.stringify(callStatus(callSid))));
      resolve();
    };
    let onBytes = (response: Buffer): void => {
      if (!response.toString('latin1').startsWith(SWITCHING_PROTOCOLS)) {
        reject(new Error(`the gateway refuses a websocket: ${response.toString('latin1')}`));
        return;
      }
      onBytes = takeApplication;
      sayLater(call, clientFrame(JSON.stringify(sessionNew(callSid))));
    };
    const call = new Duplex({
      read() {},
      write(bytes: Buffer, _encoding, done) {
        onBytes(bytes);
        done();
      },
    });
    // Node lets whoever has a connection of another kind hand it to a server in this way.
    server.emit('connection', call);
    call.push(UPGRADE);
  });
}

/** Lets calls speak in the turn of the event loop that follows, as those on a network do. */
export function speakNextTurn(): SayLater {
  let due: { readonly call: Duplex; readonly frame: Buffer }[] = [];
  const speak = (): void => {
    const now = due;
    due = [];
    for (const { call, frame } of now) call.push(frame);
  };
  return (call, frame) => {
    if (due.length === 0) setImmediate(speak);
    due.push({ call, frame });
  };
}

const UPGRADE = [
  'GET /bench HTTP/1.1',
  'Host: gateway',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
  'Sec-WebSocket-Protocol: ws.jambonz.org',
  '\r\n',
].join('\r\n');

const FINAL_TEXT = 0x81;
const FINAL_CLOSE = 0x88;
const MASKED = 0x80;
/** Longer messages have their length in two further bytes. */
const LONGEST_SHORT = 125;
const HAS_LONG_LENGTH = 126;

/** A text message of up to 64 KiB as a client's frame (RFC 6455 §5.2), with a mask of zeros. */
function clientFrame(message: string): Buffer {
  const text = Buffer.from(message);
  const isLong = text.length > LONGEST_SHORT;
  const start = isLong ? 8 : 6;
  const frame = Buffer.alloc(start + text.length);
  frame[0] = FINAL_TEXT;
  frame[1] = MASKED | (isLong ? HAS_LONG_LENGTH : text.length);
  if (isLong) frame.writeUInt16BE(text.length, 2);
  text.copy(frame, start);
  return frame;
}

function sessionNew(callSid: string) {
  const data = { call_sid: callSid, direction: 'inbound', from: '+15083084809', to: '+15083728299' };
  return { type: 'session:new', msgid: 'new', call_sid: callSid, data: { ...data, call_status: 'trying' } };
}

function callStatus(callSid: string) {
  return { type: 'call:status', msgid: 'status', call_sid: callSid, data: { call_status: 'trying' } };
}
