import { readServerSentEvents, type ServerSentEvent } from './server-sent-events.ts';

const STREAM =
  ': hello\n\nid: 7\nevent: greeting\ndata: {"text":"grüß dich"}\n\ndata:one\ndata: two: three\n\nevent: empty\n\n';
const EVENTS = [
  { event: 'greeting', data: '{"text":"grüß dich"}' },
  { event: 'message', data: 'one\ntwo: three' },
];

async function read(bytes: Uint8Array, chunkSize: number): Promise<ServerSentEvent[]> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  const events: ServerSentEvent[] = [];
  for await (const event of readServerSentEvents(chunks())) events.push(event);
  return events;
}

test.each([1, 2, 3, 7, 1000])(
  'events are read from chunks of %d bytes, also when a letter is cut in two',
  async (size) => {
    expect(await read(Buffer.from(STREAM), size)).toEqual(EVENTS);
    expect(await read(Buffer.from(STREAM.replaceAll('\n', '\r\n')), size)).toEqual(EVENTS);
  },
);

test('an event that the end of the stream cuts off is dropped', async () => {
  expect(await read(Buffer.from('data: whole\n\ndata: cut'), 1000)).toEqual([{ event: 'message', data: 'whole' }]);
});
