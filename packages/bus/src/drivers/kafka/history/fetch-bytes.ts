import kafkajs, { type Broker } from 'kafkajs';
import { API, connectionsOf, type Exchange, encoded, versionOf } from '../connection/exchange.ts';
import { fetchAnswer } from '../connection/fetch-answer.ts';
import { FETCH_BY_NAME } from '../connection/fetch-by-id.ts';
import { WireWriter } from '../connection/wire.ts';

/** A part of a partition to be fetched. */
export interface FetchWish {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly maxBytes: number;
}

/** The version that all brokers since 0.11 take. They refuse it for what is compressed by Zstandard. */
const OLD_FETCH = 4;
const FETCH_WAIT_MS = 500;

/**
 * The records of a partition as they are in the log, batch by batch, the last one cut off anywhere. The client's own fetch
 * makes objects of all that is in them, which takes ten times as long as to look for what is wanted.
 *
 * @throws what the client throws; what the broker refuses, as `refusal` says
 */
export async function fetchBytes(broker: Broker, wish: FetchWish): Promise<Buffer> {
  const version = versionOf(broker, API.fetch) >= FETCH_BY_NAME ? FETCH_BY_NAME : OLD_FETCH;
  const answer = await connectionsOf(broker).send(exchangeOf(wish, version));
  return Buffer.isBuffer(answer) ? answer : Buffer.alloc(0);
}

function exchangeOf(wish: FetchWish, version: number): Exchange {
  return {
    request: {
      apiKey: API.fetch,
      apiVersion: version,
      apiName: 'Fetch',
      encode: async () => encoded(requestFor(wish, version)),
    },
    response: { decode: async (raw) => recordsIn(raw, version), parse: async (records) => records },
  };
}

function requestFor({ topic, partition, offset, maxBytes }: FetchWish, version: number): Buffer {
  const isNew = version === FETCH_BY_NAME;
  const [replica, minBytes, readCommitted] = [-1, 1, 1];
  const writer = new WireWriter()
    .int32(replica)
    .int32(FETCH_WAIT_MS)
    .int32(minBytes)
    .int32(maxBytes)
    .int8(readCommitted);
  if (isNew) writer.int32(0).int32(-1); // no session
  writer.array([topic], (name) => {
    writer.string(name).array([partition], (index) => {
      writer.int32(index);
      if (isNew) writer.int32(-1); // epoch of the leader: any
      writer.int64(offset);
      if (isNew) writer.int64(-1); // begin of the log: for replicas
      writer.int32(maxBytes);
    });
  });
  if (isNew) writer.array([], () => {}).string(''); // topics to forget; rack
  return writer.bytes();
}

/** Of the one partition that was asked for. */
function recordsIn(raw: Buffer, version: number): Buffer {
  const found = fetchAnswer(raw, version).topics[0]?.partitions[0];
  if (found === undefined || found.errorCode !== 0) throw refusal(found?.errorCode ?? -1);
  return found.records;
}

/** As the client's own errors are, so that others know what it means. */
function refusal(code: number): Error {
  const isAuthorization = code === 29;
  const type = isAuthorization ? 'TOPIC_AUTHORIZATION_FAILED' : `error ${code}`;
  return new kafkajs.KafkaJSProtocolError(Object.assign(new Error(type), { type, code, retriable: !isAuthorization }));
}
