import kafkajs, { type Broker } from 'kafkajs';
import { API, connectionsOf, type Exchange, encoded } from '../connection/exchange.ts';
import { WireReader, WireWriter } from '../connection/wire.ts';

/** A part of a partition to be fetched. */
export interface FetchWish {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly maxBytes: number;
}

/** The version that all brokers since 0.11 take. */
const FETCH_VERSION = 4;
const FETCH_WAIT_MS = 500;

/**
 * The records of a partition as they are in the log, batch by batch, the last one cut off anywhere. The client's own fetch
 * makes objects of all that is in them, which takes ten times as long as to look for what is wanted.
 *
 * @throws what the client throws; what the broker refuses, as `refusal` says
 */
export async function fetchBytes(broker: Broker, wish: FetchWish): Promise<Buffer> {
  const answer = await connectionsOf(broker).send(exchangeOf(wish));
  return Buffer.isBuffer(answer) ? answer : Buffer.alloc(0);
}

function exchangeOf(wish: FetchWish): Exchange {
  return {
    request: {
      apiKey: API.fetch,
      apiVersion: FETCH_VERSION,
      apiName: 'Fetch',
      encode: async () => encoded(requestFor(wish)),
    },
    response: { decode: async (raw) => recordsIn(raw), parse: async (records) => records },
  };
}

function requestFor({ topic, partition, offset, maxBytes }: FetchWish): Buffer {
  const [replica, minBytes, readCommitted] = [-1, 1, 1];
  const writer = new WireWriter()
    .int32(replica)
    .int32(FETCH_WAIT_MS)
    .int32(minBytes)
    .int32(maxBytes)
    .int8(readCommitted);
  writer.array([topic], (name) => {
    writer.string(name).array([partition], (index) => writer.int32(index).int64(offset).int32(maxBytes));
  });
  return writer.bytes();
}

/** Of the one partition that was asked for. */
function recordsIn(raw: Buffer): Buffer {
  const reader = new WireReader(raw);
  reader.int32(); // throttled for
  const [partitions = []] = reader.array(() => {
    reader.string(); // topic
    return reader.array(() => {
      reader.int32(); // partition
      const errorCode = reader.int16();
      reader.take(8 + 8); // high watermark, last stable offset
      reader.array(() => reader.take(8 + 8)); // aborted transactions
      return { errorCode, records: reader.take(Math.max(0, reader.int32())) };
    });
  });
  const [found] = partitions;
  if (found === undefined || found.errorCode !== 0) throw refusal(found?.errorCode ?? -1);
  return found.records;
}

/** As the client's own errors are, so that others know what it means. */
function refusal(code: number): Error {
  const isAuthorization = code === 29;
  const type = isAuthorization ? 'TOPIC_AUTHORIZATION_FAILED' : `error ${code}`;
  return new kafkajs.KafkaJSProtocolError(Object.assign(new Error(type), { type, code, retriable: !isAuthorization }));
}
