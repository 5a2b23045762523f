import { type BusMessage, DEFAULT_OUTBOX_SETTINGS, Outbox } from '@jambus/bus';
import { JambusError } from '@jambus/schema';
import { callSids, numbers, textsOf } from '../scene.ts';
import type { DeclareCase } from './case.ts';

/** An event as the gateway makes it: id unique, type in the address. */
function eventOf(callSid: string, text: string): BusMessage {
  return {
    channel: 'events',
    callSid,
    type: 'verb:status',
    attributes: { specversion: '1.0', id: `${callSid}/1/${text}`, type: 'jambonz.verb.status', subject: callSid },
    payload: new TextEncoder().encode(text),
  };
}

/** What a reader sees that drops the ids it has seen, as a retried batch may be on the bus twice. */
function withoutRepeats(messages: readonly BusMessage[]): BusMessage[] {
  return [...new Map(messages.map((message) => [message.attributes['id'], message])).values()];
}

export function publishingCases(inScene: DeclareCase): void {
  inScene('events of many calls through the outbox are all there, each call in its order', async (scene) => {
    const events = scene.collect('events');
    const bus = await scene.publisher();
    const outbox = new Outbox(bus.sink, {
      onTrouble: () => {},
      settings: { ...DEFAULT_OUTBOX_SETTINGS, maxBatchMessages: 70 },
    });
    const calls = callSids(7);
    const publishing = numbers(60).flatMap((text) => calls.map((callSid) => outbox.publish(eventOf(callSid, text))));
    await Promise.all(publishing);

    await scene.eventually(() => expect(withoutRepeats(events)).toHaveLength(420));
    for (const callSid of calls) expect(textsOf(callSid, withoutRepeats(events))).toEqual(numbers(60));
    await outbox.close(1_000);
  });

  inScene('a batch may mix channels and calls, and each message arrives as it was sent', async (scene) => {
    const channels = { events: scene.collect('events'), results: scene.collect('results') };
    const bus = await scene.publisher();
    const event: BusMessage = {
      ...eventOf('call-1', 'größer – 顧客'),
      attributes: {
        id: 'call-1/1/1',
        type: 'jambonz.verb.status',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        application: '/Zoë',
      },
    };
    const result: BusMessage = { ...event, channel: 'results', callSid: 'call-2', type: 'delivered' };
    const empty: BusMessage = { ...eventOf('call-3', 'empty'), payload: new Uint8Array(0) };
    await bus.sink.publish([event, result, empty]);

    await scene.eventually(() => {
      expect(channels.events).toHaveLength(2);
      expect(channels.results).toHaveLength(1);
    });
    const sent = ({ callSid, attributes, payload }: BusMessage) => ({
      callSid,
      attributes: expect.objectContaining(attributes),
      payload: [...payload],
    });
    const got = ({ callSid, attributes, payload }: BusMessage) => ({ callSid, attributes, payload: [...payload] });
    const byCall = [...channels.events].sort((a, b) => a.callSid.localeCompare(b.callSid));
    expect(byCall.map(got)).toEqual([event, empty].map(sent));
    expect(channels.results.map(got)).toEqual([result].map(sent));
  });

  inScene('large messages are published', async (scene) => {
    const events = scene.collect('events');
    const bus = await scene.publisher();
    const payload = Uint8Array.from({ length: 600 * 1024 }, (_, n) => n * 13);
    await bus.sink.publish([{ ...eventOf('call', 'large'), payload }]);
    await scene.eventually(() => expect(events).toHaveLength(1));
    expect(Buffer.from(events[0]?.payload ?? []).equals(payload)).toBe(true);
  });

  inScene(
    'nothing is lost or out of order when the broker goes away and comes back',
    async (scene) => {
      const events = scene.collect('events');
      const bus = await scene.publisher();
      const settings = { ...DEFAULT_OUTBOX_SETTINGS, maxBatchMessages: 10, backoff: { firstMs: 5, maxMs: 100 } };
      const outbox = new Outbox(bus.sink, { onTrouble: () => {}, settings });
      const calls = callSids(3);
      const publish = (texts: string[]) =>
        texts.flatMap((text) => calls.map((callSid) => outbox.publish(eventOf(callSid, text))));

      const before = publish(numbers(20));
      const restore = await scene.harness.outage();
      const during = publish(numbers(40).slice(20));
      await scene.eventually(() => expect(outbox.retries).toBeGreaterThan(0));
      await restore();
      await Promise.all([...before, ...during]);

      await scene.eventually(() => expect(withoutRepeats(events)).toHaveLength(120));
      for (const callSid of calls) expect(textsOf(callSid, withoutRepeats(events))).toEqual(numbers(40));
      expect(outbox.failed).toBe(0);
      await outbox.close(1_000);
    },
    'outages',
  );

  inScene('a closed bus refuses to publish and says that it is closed', async (scene) => {
    const bus = await scene.publisher();
    await bus.close();
    const refusal = await bus.sink.publish([eventOf('call', 'late')]).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(JambusError);
    expect(refusal).toMatchObject({ code: 'stopped' });
  });
}
