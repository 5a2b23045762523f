import type { NatsConnection } from 'nats';
import { rawSenderOf, type SendRaw } from './raw-sender.ts';
import { type AttributedRecord, frameBytesOf, measureHeaders, writeRecord } from './record-bytes.ts';

/** Writes records for a connection as bytes, all of a turn of the event loop into one buffer. */
export interface RecordWriter {
  /** @returns false when the record goes another way: the client publishes it, or says why it cannot */
  write(record: AttributedRecord, replyPrefix: string, number: number): boolean;
  /** Hands over what has been written, before anything is sent another way. */
  flush(): void;
}

/** What a writer looks at of a connection. */
export type WrittenConnection = Pick<NatsConnection, 'isClosed' | 'isDraining' | 'info'>;

/** A buffer is written in from its beginning to its end, and left to those who still send from it. */
const CHUNK_BYTES = 64 * 1024;
/** What is larger than that is copied by the client as well as here. */
const MOST_BYTES = 16 * 1024;

/** For clients that take no bytes: every record goes another way. */
const NOTHING_WRITTEN: RecordWriter = { write: () => false, flush: () => {} };

/** The writer of a connection. */
export function recordWriterOf(nc: NatsConnection): RecordWriter {
  const send = rawSenderOf(nc);
  return send === undefined ? NOTHING_WRITTEN : createRecordWriter(nc, send);
}

/** @param send puts bytes on the connection; they are not changed afterwards */
export function createRecordWriter(nc: WrittenConnection, send: SendRaw): RecordWriter {
  let chunk = new Uint8Array(0);
  /** What lies between these has been written and not been handed over. */
  let start = 0;
  let end = 0;
  let scheduled = false;

  const flush = (): void => {
    if (end === start) return;
    const written = chunk.subarray(start, end);
    start = end;
    send(written);
  };
  const flushLater = (): void => {
    scheduled = false;
    flush();
  };
  const makeRoom = (bytes: number): void => {
    if (chunk.length - end >= bytes) return;
    flush();
    chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    start = 0;
    end = 0;
  };

  return {
    write: (record, replyPrefix, number) => {
      const { info } = nc;
      if (info === undefined || info.headers !== true || nc.isClosed() || nc.isDraining()) return false;
      const headerBytes = measureHeaders(record);
      if (headerBytes === -1) return false;
      const content = headerBytes + record.payload.byteLength;
      const most = content + frameBytesOf(record, replyPrefix);
      if (content > info.max_payload || most > MOST_BYTES) return false;
      makeRoom(most);
      const behind = writeRecord(chunk, end, record, headerBytes, replyPrefix, number);
      if (behind === -1) return false;
      end = behind;
      if (!scheduled) {
        scheduled = true;
        queueMicrotask(flushLater);
      }
      return true;
    },
    flush,
  };
}
