import { type BusMessage, DEFAULT_OUTBOX_SETTINGS, Outbox } from '@jambus/bus';
import type { EventFrame, ResultFrame } from '@jambus/link';
import { endOfCall, JambusError } from '@jambus/schema';
import { NO_SPAN } from '@jambus/telemetry';
import type { IncomingReports } from '../../src/link/gateway-link.ts';
import { createReportPublisher } from '../../src/reports/report-publisher.ts';
import { eventFrame, resultFrame } from '../support/commands.ts';
import { settled } from '../support/eventually.ts';
import { fakeLink } from '../support/fake-link.ts';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const PAYLOAD = Buffer.from('{"type":"verb:status"}');

/** What the bus takes. */
const MOST_BYTES = 8_192;

let spans = 0;
const span = () => ({ ...NO_SPAN, traceparent: `00-${'1'.repeat(32)}-${String(++spans).padStart(16, '0')}-01` });

/** A publisher over a bus that keeps everything but the messages with the ids that it refuses, or that never answers. */
function publisher(refused: string[] = [], answers = true) {
  const bus: BusMessage[] = [];
  const lost: string[] = [];
  const counted: string[] = [];
  const outbox = new Outbox(
    {
      publish: async (batch) => {
        const isRefused = ({ attributes, payload }: BusMessage): boolean =>
          refused.includes(attributes['id'] ?? '') || payload.byteLength > MOST_BYTES;
        if (batch.some(isRefused)) {
          throw new JambusError('bus_refused', 'too large');
        }
        if (!answers) await new Promise(() => {});
        bus.push(...batch);
      },
    },
    { onTrouble: () => {}, settings: DEFAULT_OUTBOX_SETTINGS },
  );
  const histogram = { record() {} };
  const reports = createReportPublisher({
    outbox,
    onOmitted: (frame, bytes, why) => void lost.push(`omitted ${frame.n} of ${bytes} bytes: ${why.message}`),
    onRefused: (frame) => void lost.push(`${frame.t} ${frame.n}`),
    onEvent: (type) => void counted.push(type),
    onResult: (name, result) => void counted.push(`${name} ${result.status}`),
    // The steps of a trace are others each time.
    spans: { sendEvent: () => span(), sendResult: () => span() },
    eventLatency: histogram,
    resultLatency: histogram,
    traceparentOf: () => TRACE,
  });
  const link = fakeLink();
  const incoming: IncomingReports = { received: 0, taken: 0 };
  const publish = (...frames: (EventFrame | ResultFrame)[]): Promise<void> =>
    publishWith(...frames.map((frame) => [frame, PAYLOAD] as const));
  const publishWith = async (...all: (readonly [EventFrame | ResultFrame, Buffer])[]): Promise<void> => {
    for (const [frame, payload] of all) reports.publish(link, frame, payload, incoming);
    await outbox.flushed();
    await settled();
  };
  return { bus, lost, counted, outbox, link, incoming, publish, publishWith };
}

const ran = (n: number, status: 'started' | 'finished' | 'failed', more: Partial<EventFrame> = {}) =>
  eventFrame(n, { result: { command: 'command-1', verb: 'v', status }, ...more });

/** `started` came before `delivered`. */
test('the results of a command are on the bus in the order delivered, started, finished, as are the events', async () => {
  const { bus, counted, link, incoming, publish } = publisher();
  await publish(resultFrame(1, 1), ran(2, 'started'), ran(3, 'finished'));
  expect(bus.map(({ channel, type, attributes }) => [channel, type, attributes['id']])).toEqual([
    ['results', 'delivered', 'result/log/0/1'],
    ['results', 'started', 'c/1/2/started'],
    ['events', 'verb:status', 'c/1/2'],
    ['results', 'finished', 'c/1/3/finished'],
    ['events', 'verb:status', 'c/1/3'],
  ]);
  expect(link.confirmed).toEqual([1, 2, 3].map((n) => [incoming, n]));
  expect(counted).toEqual(['redirect delivered', 'verb:status', 'verb:status']);
});

test('copies of a result are equal in every byte, by whichever connection and whenever they come', async () => {
  const { bus, publish } = publisher();
  const frame = resultFrame(1, 1, { tracestate: 'a=b', traceparent: TRACE, replyTo: 'inbox' });
  const event = ran(2, 'started');
  await publish(frame, event);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await publish({ ...frame, n: 7 }, { ...event, n: 8 });
  const bytes = (message: BusMessage | undefined) =>
    JSON.stringify({ ...message, payload: Buffer.from(message?.payload ?? []).toString() });
  expect(bytes(bus[3])).toBe(bytes(bus[0]));
  expect(bytes(bus[4])).toBe(bytes(bus[1]));
});

test('a result says what was decided, when, and up to where the commands of its call are', async () => {
  const { bus, publish } = publisher();
  const at = Date.UTC(2026, 0, 2);
  const verdict = { status: 'rejected', code: 'too_large', detail: 'of 30 KiB', at } as const;
  await publish(resultFrame(1, 3, { verdict, decided: 'log/0/2', replyTo: 'inbox' }));
  const { payload, ...message } = bus[0] as BusMessage;
  expect(JSON.parse(Buffer.from(payload).toString())).toEqual({
    commandId: 'command-3',
    callSid: 'c',
    status: 'rejected',
    code: 'too_large',
    detail: 'of 30 KiB',
    at: '2026-01-02T00:00:00.000Z',
  });
  expect(message).toMatchObject({
    channel: 'results',
    callSid: 'c',
    type: 'rejected',
    replyTo: 'inbox',
    attributes: { id: 'result/log/0/3', causationid: 'command-3', decidedposition: 'log/0/2', traceparent: TRACE },
  });
});

test('an event is the message of jambonz byte for byte, with what people look for in its attributes', async () => {
  const { bus, publish } = publisher();
  await publish(eventFrame(4, { epoch: 2, sequence: 9, causation: 'x', reset: true, traceparent: TRACE }));
  expect(bus[0]).toMatchObject({
    payload: PAYLOAD,
    attributes: {
      id: 'c/2/9',
      type: 'jambonz.verb.status',
      source: '/jambus/gw',
      subject: 'c',
      sequence: '9',
      epoch: '2',
      causationid: 'x',
      sequencereset: 'true',
      traceparent: expect.stringMatching(/^00-1{32}-/),
    },
  });
});

test('a report that the broker refuses for good is lost, told, and holds up none behind it', async () => {
  const { bus, lost, link, publish } = publisher(['c/1/1', 'result/log/0/2']);
  await publish(eventFrame(1), resultFrame(2, 2), eventFrame(3));
  expect(bus.map(({ attributes }) => attributes['id'])).toEqual(['c/1/3']);
  expect(lost).toEqual(['event 1', 'result 2']);
  expect(link.confirmed.map(([, n]) => n)).toEqual([1, 2, 3]);
});

describe('an event that is larger than the bus takes', () => {
  const event = (message: object): Buffer =>
    Buffer.from(JSON.stringify({ ...message, call_sid: 'c', filler: 'x'.repeat(MOST_BYTES) }));
  const jsonOf = (message: BusMessage | undefined) => JSON.parse(Buffer.from(message?.payload ?? []).toString());

  // It was lost, and its number missing.
  test('has one in its place that says so, with its number, so that nothing is missing', async () => {
    const { bus, lost, link, publishWith } = publisher();
    const payload = event({ type: 'verb:hook', msgid: 'm-1', data: {} });
    await publishWith(
      [eventFrame(1), PAYLOAD],
      [eventFrame(2, { type: 'verb:hook' }), payload],
      [eventFrame(3), PAYLOAD],
    );
    expect(bus.map(({ attributes }) => attributes['sequence'])).toEqual(['1', '2', '3']);
    expect(bus[1]).toMatchObject({ type: 'jambus:omitted', attributes: { id: 'c/1/2', type: 'jambus.omitted' } });
    expect(jsonOf(bus[1])).toEqual({
      type: 'jambus:omitted',
      call_sid: 'c',
      data: { type: 'verb:hook', bytes: payload.length, msgid: 'm-1' },
    });
    expect(lost).toEqual([`omitted 2 of ${payload.length} bytes: too large`]);
    expect(link.confirmed.map(([, n]) => n)).toEqual([1, 2, 3]);
  });

  test('still ends its call where it says that', async () => {
    const { bus, publishWith } = publisher();
    const payload = event({ type: 'call:status', data: { call_sid: 'c', call_status: 'completed' } });
    await publishWith([eventFrame(1, { type: 'call:status' }), payload]);
    expect(jsonOf(bus[0]).data).toMatchObject({ type: 'call:status', call_status: 'completed', ended: true });
    const { attributes, payload: omitted } = bus[0] as BusMessage;
    expect(endOfCall((name) => attributes[name], omitted)).toBe(Date.parse(attributes['time'] ?? ''));
  });
});

test('reports that go to the bus by another adapter are neither published, confirmed nor lost here', async () => {
  const { bus, lost, counted, outbox, link, incoming, publish } = publisher();
  const publishing = publish(resultFrame(1, 1), ran(2, 'started'));
  outbox.drop(incoming);
  await publishing;
  expect([bus, lost, counted, link.confirmed]).toEqual([[], [], [], []]);
});

test('reports that are not on the bus when the adapter stops are not confirmed, so that they come again elsewhere', async () => {
  const { lost, outbox, link, publish } = publisher([], false);
  const publishing = publish(eventFrame(1), resultFrame(2, 1));
  await outbox.close(0);
  await publishing;
  expect([lost, link.confirmed]).toEqual([[], []]);
});
