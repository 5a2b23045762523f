import type { FaultKind } from '../script/script.ts';
import type { Connection } from '../sockets/connection.ts';
import type { JsonObject } from '../wire/json.ts';

/** The call's own means of putting things on its socket. */
export interface FaultMeans {
  write(data: string | Buffer): void;
  /** A message with a fresh id. */
  compose(type: string, data: JsonObject): string;
  sessionData(): JsonObject;
}

/** Does something wrong, now. Without an open socket nothing happens. */
export function commitFault(fault: FaultKind, connection: Connection, means: FaultMeans): void {
  switch (fault.kind) {
    case 'cut':
      connection.drop();
      break;
    case 'close':
      connection.drop(fault.code);
      break;
    case 'garbage':
      means.write('{"type":"verb:hook", "data": ');
      break;
    case 'binary':
      means.write(Buffer.from([0x00, 0xff, 0x80, 0x7f]));
      break;
    case 'oversized':
      means.write(means.compose('verb:status', { padding: 'x'.repeat(fault.bytes) }));
      break;
    case 'second session':
      means.write(means.compose('session:new', means.sessionData()));
      break;
    case 'deaf':
      connection.deafen();
      break;
    case 'stop reading':
      connection.setReading(false);
      break;
    case 'resume reading':
      connection.setReading(true);
      break;
  }
}
