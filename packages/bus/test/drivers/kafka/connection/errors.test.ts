import { JambusError } from '@jambus/schema';
import { explained, fromKafka, hasMovedOn, typeOf } from '../../../../src/drivers/kafka/connection/errors.ts';
import { readingNeeds } from '../../../../src/drivers/kafka/connection/rights.ts';

/** As the client makes them: its own names, and what it wraps as the cause. */
const clientError = (name: string, message: string, more: { type?: string; code?: string; cause?: unknown } = {}) =>
  Object.assign(new Error(message, { cause: more.cause }), { name, ...more });

const protocolError = (type: string) => clientError('KafkaJSProtocolError', `it said ${type}`, { type });

/** As the client wraps what it gives up. */
const givenUp = (error: Error) =>
  clientError('KafkaJSNumberOfRetriesExceeded', error.message, {
    cause: clientError('KafkaJSNonRetriableError', error.message, { cause: error }),
  });

test.each([
  ['MESSAGE_TOO_LARGE', 'bus_refused'],
  ['RECORD_LIST_TOO_LARGE', 'bus_refused'],
  ['TOPIC_AUTHORIZATION_FAILED', 'bus_refused'],
  ['GROUP_AUTHORIZATION_FAILED', 'bus_refused'],
  ['SASL_AUTHENTICATION_FAILED', 'bus_refused'],
  ['INVALID_SESSION_TIMEOUT', 'bus_refused'],
  ['UNKNOWN_TOPIC_OR_PARTITION', 'bus_unavailable'],
  ['NOT_ENOUGH_REPLICAS', 'bus_unavailable'],
  ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'bus_unavailable'],
  ['UNKNOWN_PRODUCER_ID', 'bus_unavailable'],
  ['REBALANCE_IN_PROGRESS', 'bus_unavailable'],
])('a broker saying %s is %s, however deep the client wraps it', (type, code) => {
  const error = protocolError(type);
  for (const shown of [error, givenUp(error)]) {
    expect(fromKafka(shown, 'publishing')).toMatchObject({
      code,
      message: `publishing: it said ${type}`,
      cause: shown,
    });
    expect(typeOf(shown)).toBe(type);
    expect(typeOf(fromKafka(shown, 'publishing'))).toBe(type);
  }
});

test.each([
  ['ECONNREFUSED', 'bus_unavailable'],
  ['ENOTFOUND', 'bus_unavailable'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'bus_refused'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'bus_refused'],
])('a connection failing with %s is %s', (code, expected) => {
  const error = givenUp(clientError('KafkaJSConnectionError', 'no', { code }));
  expect(fromKafka(error, 'connecting')).toMatchObject({ code: expected });
});

test('a wrong password is a refusal', () => {
  const error = clientError('KafkaJSSASLAuthenticationError', 'no');
  expect(fromKafka(error, 'connecting')).toMatchObject({ code: 'bus_refused', retryable: false });
});

test('what the client trips over by itself in an outage passes, and what is ours already stays as it is', () => {
  expect(fromKafka(new TypeError("reading 'nodeId'"), 'publishing')).toMatchObject({ code: 'bus_unavailable' });
  const ours = new JambusError('bad_config', 'no token');
  expect(fromKafka(ours, 'publishing')).toBe(ours);
  expect(fromKafka(clientError('KafkaJSNonRetriableError', 'wrapped', { cause: ours }), 'connecting')).toBe(ours);
});

test.each([
  ['ILLEGAL_GENERATION', true],
  ['UNKNOWN_MEMBER_ID', true],
  ['REBALANCE_IN_PROGRESS', true],
  ['REQUEST_TIMED_OUT', false],
])('a commit refused with %s has been overtaken by the group: %s', (type, expected) => {
  expect(hasMovedOn(protocolError(type))).toBe(expected);
});

test('a coordinator that is not found is explained by what the brokers said', () => {
  const lost = fromKafka(clientError('KafkaJSGroupCoordinatorNotFound', 'Failed to find group coordinator'), 'reading');
  const refusal = 'Not authorized to access group: Group authorization failed';
  expect(explained(lost, refusal)).toMatchObject({
    code: 'bus_refused',
    message: `reading: Failed to find group coordinator (${refusal})`,
  });
  expect(explained(lost, refusal, readingNeeds('commands', 'adapters')).message).toMatch(
    /right Read on group adapters/,
  );
  expect(explained(lost, 'The group coordinator is not available')).toMatchObject({ code: 'bus_unavailable' });
  expect(explained(lost, undefined)).toBe(lost);
  const other = fromKafka(new Error('something else'), 'reading');
  expect(explained(other, refusal)).toBe(other);
});
