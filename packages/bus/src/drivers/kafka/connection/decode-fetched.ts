import { fetchedRecords } from './fetched-records.ts';
import { WireReader } from './wire.ts';

/** The version of the answer that is decoded here: the newest that the client knows, which it asks of brokers since 2.3. */
const VERSION = 11;

/**
 * The client's way to read the answer to a fetch, with the common records read by `fetchedRecords`. What the client makes of
 * an answer defines what comes out.
 *
 * @param decode of the client, which reads what is not common
 * @param version of the fetch
 */
export function decodeFetched(
  decode: (raw: Buffer) => Promise<unknown>,
  version: number,
): (raw: Buffer) => Promise<unknown> {
  if (version !== VERSION) return decode;
  return async (raw) => commonAnswer(raw) ?? decode(raw);
}

/** @returns undefined when something in it is not common */
function commonAnswer(raw: Buffer): object | undefined {
  let isCommon = true;
  const reader = new WireReader(raw);
  const transaction = () => ({ producerId: int64(reader), firstOffset: int64(reader) });
  const records = () => {
    const messages = fetchedRecords(reader.take(Math.max(0, reader.int32())));
    isCommon &&= messages !== undefined;
    return messages ?? [];
  };
  // Fields are read in the order in which they stand here.
  const partition = () => ({
    partition: reader.int32(),
    errorCode: reader.int16(),
    highWatermark: int64(reader),
    lastStableOffset: int64(reader),
    lastStartOffset: int64(reader),
    abortedTransactions: reader.array(transaction),
    preferredReadReplica: reader.int32(),
    messages: records(),
  });
  try {
    const answer = {
      // It is the client that waits, and not the broker that has.
      throttleTime: 0,
      clientSideThrottleTime: reader.int32(),
      errorCode: reader.int16(),
      sessionId: reader.int32(),
      responses: reader.array(() => ({ topicName: reader.string(), partitions: reader.array(partition) })),
    };
    return isCommon ? answer : undefined;
  } catch {
    return undefined;
  }
}

function int64(reader: WireReader): string {
  return String(reader.take(8).readBigInt64BE());
}
