import { JambusError } from '@jambus/schema';
import { headers } from 'nats';
import {
  createConfirmedPublisher,
  type PublishOutcome,
} from '../../../../src/drivers/nats/connection/confirmed-publisher.ts';
import type { LinkEvent } from '../../../../src/drivers/nats/connection/link.ts';
import type { AnswerMessage } from '../../../../src/drivers/nats/connection/publish-answer.ts';

/** A publisher whose server is the test. */
function publisherOfTest() {
  const replies: string[] = [];
  const written: string[] = [];
  const told: string[] = [];
  let writes = false;
  let onMessage: (message: AnswerMessage) => void = () => {};
  let onEvent: (event: LinkEvent) => void = () => {};
  let publishing = (): void => {};
  const publisher = createConfirmedPublisher({
    nc: {
      publish: (_subject, _payload, { reply = '' }) => {
        publishing();
        replies.push(reply);
      },
    },
    writer: {
      write: ({ subject }, inbox, number) => {
        if (writes) written.push(`${subject} ${inbox}.${number}`);
        return writes;
      },
      flush: () => {},
    },
    inbox: () => '_INBOX.test',
    listen: (listener) => {
      onEvent = listener;
      return () => {
        onEvent = () => {};
      };
    },
    subscribe: (_subject, listener) => {
      onMessage = listener;
      return { unsubscribe: () => {} };
    },
  });
  const tell = (outcome: PublishOutcome): string =>
    'error' in outcome
      ? `${outcome.kind} ${outcome.error.code}${'nobodyThere' in outcome && outcome.nobodyThere ? ', nobody there' : ''}`
      : outcome.kind;
  return {
    publisher,
    told,
    publish: (subject: string) => {
      const record = { subject, payload: new Uint8Array(0), headers: headers() };
      publisher.publish(record, (outcome) => told.push(`${subject} ${tell(outcome)}`));
    },
    replies,
    written,
    writeAsBytes: (on: boolean) => {
      writes = on;
    },
    publishAttributed: (subject: string) => {
      const record = { subject, payload: new Uint8Array(0), attributes: { id: subject }, messageId: subject };
      publisher.publishAttributed(record, (outcome) => told.push(`${subject} ${tell(outcome)}`));
    },
    answerTo: (reply: string, text: string) => onMessage({ subject: reply, data: Buffer.from(text) }),
    fail: (error: Error) => {
      publishing = () => {
        throw error;
      };
    },
    answer: (index: number, text: string) => onMessage({ subject: replies[index] ?? '', data: Buffer.from(text) }),
    /** As the server does when there is no stream. */
    answerThatNobodyIsThere: (index: number) =>
      onMessage({ subject: replies[index] ?? '', data: new Uint8Array(0), headers: headers(503, 'No Responders') }),
    tellAll: (event: LinkEvent) => onEvent(event),
    close: () => publisher.close(new JambusError('stopped', 'over')),
  };
}

test('each record is told what the stream said to it, whatever the order of the answers', () => {
  const { publish, answer, answerThatNobodyIsThere, told, close } = publisherOfTest();
  for (const subject of ['a', 'b', 'c', 'd']) publish(subject);
  answer(2, '{"stream":"s","seq":7,"duplicate":true}');
  answer(0, '{"stream":"s","seq":8}');
  answerThatNobodyIsThere(3);
  answer(1, '{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"}}');
  answer(0, '{"stream":"s","seq":9}');
  expect(told).toEqual(['c duplicate', 'a stored', 'd refused bus_unavailable, nobody there', 'b refused bus_refused']);
  close();
});

test('what a connection has taken with it is unanswered, once', () => {
  const { publish, answer, told, tellAll, close } = publisherOfTest();
  publish('a');
  tellAll({ kind: 'disconnected' });
  answer(0, '{"stream":"s","seq":7}');
  close();
  expect(told).toEqual(['a unanswered bus_unavailable']);
});

test('a missing right to publish is a refusal of what went to that subject, and of nothing else', () => {
  const { publish, told, tellAll, close } = publisherOfTest();
  publish('a');
  publish('b');
  tellAll({ kind: 'publish_refused', subject: 'b' });
  expect(told).toEqual(['b refused bus_refused']);
  close();
  expect(told).toEqual(['b refused bus_refused', 'a unanswered stopped']);
});

test('a record that the client does not take is thrown back, and told nothing', () => {
  const { publish, fail, told, close } = publisherOfTest();
  fail(new Error('max payload'));
  expect(() => publish('a')).toThrow('max payload');
  close();
  expect(told).toEqual([]);
});

test('what is written as bytes is answered as what the client publishes, and what cannot be written the client publishes', () => {
  const { publishAttributed, writeAsBytes, written, replies, answer, answerTo, told, close } = publisherOfTest();
  writeAsBytes(true);
  publishAttributed('a');
  writeAsBytes(false);
  publishAttributed('b');
  expect(written).toEqual(['a _INBOX.test.1']);
  expect(replies).toEqual(['_INBOX.test.2']);
  answer(0, '{"stream":"s","seq":7,"duplicate": true}');
  answerTo('_INBOX.test.1', '{"stream":"s","seq":6}');
  expect(told).toEqual(['b duplicate', 'a stored']);
  close();
});
