import type { KafkaMessage } from 'kafkajs';
import { createInbox, type Inbox } from '../../src/kafka/inbox.ts';
import { messagesOf } from './support/records.ts';

async function offsets(inbox: Inbox, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const parcel = await inbox.next();
    parcel?.done();
    found.push(textOf(parcel?.message));
  }
  return found;
}

const textOf = (message: KafkaMessage | undefined): string => `${message?.key}/${message?.offset}`;

test('each partition has its turn, and its records their order', async () => {
  const inbox = createInbox();
  inbox.openShelf(-1, () => {}).put(messagesOf('a', 0, 3));
  inbox.openShelf(6, () => {}).put(messagesOf('b', 7, 8));
  expect(await offsets(inbox, 6)).toEqual(['a/0', 'b/7', 'a/1', 'b/8', 'a/2', 'a/3']);
});

test('what comes while the loop waits is handed out, and nothing after the end', async () => {
  const inbox = createInbox();
  const shelf = inbox.openShelf(-1, () => {});
  const next = inbox.next();
  shelf.put(messagesOf('a', 0, 1));
  expect(textOf((await next)?.message)).toBe('a/0');
  inbox.end();
  expect(await inbox.next()).toBeUndefined();
});

test('who waits when it ends is told', async () => {
  const inbox = createInbox();
  const next = inbox.next();
  inbox.end();
  expect(await next).toBeUndefined();
});

test('a shelf is full at 256 KiB, and has room when half of that is gone', async () => {
  const inbox = createInbox();
  let rooms = 0;
  const shelf = inbox.openShelf(-1, () => rooms++);
  shelf.put(messagesOf('a', 0, 11, 20_000));
  expect(shelf.hasRoom).toBe(true);
  shelf.put(messagesOf('a', 12, 12, 20_000));
  expect(shelf.hasRoom).toBe(false);
  await offsets(inbox, 6);
  expect([shelf.hasRoom, rooms]).toEqual([false, 0]);
  await offsets(inbox, 1);
  expect([shelf.hasRoom, rooms]).toEqual([true, 1]);
});

test('only what the loop is done with counts as done', async () => {
  const inbox = createInbox();
  const shelf = inbox.openShelf(4, () => {});
  expect([shelf.done, shelf.cleared]).toEqual([4, true]);
  shelf.put(messagesOf('a', 5, 6));
  const [first, second] = [await inbox.next(), await inbox.next()];
  expect([shelf.done, shelf.cleared]).toEqual([4, false]);
  first?.done();
  expect([shelf.done, shelf.cleared]).toEqual([5, false]);
  second?.done();
  expect([shelf.done, shelf.cleared]).toEqual([6, true]);
});

test('what is taken away is not done', async () => {
  const inbox = createInbox();
  const shelf = inbox.openShelf(4, () => {});
  shelf.put(messagesOf('a', 5, 7));
  (await inbox.next())?.done();
  shelf.close();
  expect([shelf.done, shelf.cleared]).toEqual([5, false]);
  inbox.openShelf(-1, () => {}).put(messagesOf('b', 1, 1));
  expect(await offsets(inbox, 1)).toEqual(['b/1']);
});
