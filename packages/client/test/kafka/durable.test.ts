import { inboxWork } from '../../src/kafka/durable.ts';
import { createInbox } from '../../src/kafka/inbox.ts';
import { messagesOf } from './support/records.ts';

const ORIGIN = { log: 'log', freshFrom: 0 };

test('what is fetched again is not handed out again', async () => {
  const inbox = createInbox();
  const work = inboxWork(inbox)(0, 9, () => {}, ORIGIN);
  work.take(messagesOf('a', 10, 12));
  work.take(messagesOf('a', 11, 13));
  const offsets: (string | undefined)[] = [];
  while (offsets.length < 4) offsets.push((await inbox.next())?.message.offset);
  expect(offsets).toEqual(['10', '11', '12', '13']);
});

test('what is not for readers counts as done once nothing is left before it', async () => {
  const inbox = createInbox();
  const work = inboxWork(inbox)(0, 9, () => {}, ORIGIN);
  expect(work).toMatchObject({ committed: 9, done: 9 });
  work.take(messagesOf('a', 10, 11));
  work.reached(13);
  (await inbox.next())?.done();
  expect(work.done).toBe(10);
  (await inbox.next())?.done();
  expect(work.done).toBe(13);
});
