import type { SimulatedCall } from '../simulator/index.ts';
import { redirect, type StandaloneHarness, startStandalone } from './standalone-harness.ts';

/** What somebody sees who tries jambus out with curl. */
describe('the HTTP door', () => {
  let jambus: StandaloneHarness;
  let call: SimulatedCall;

  beforeAll(async () => {
    jambus = await startStandalone();
    call = await jambus.liveCall();
  });
  afterAll(() => jambus.stop());

  /** Reads a stream until `enough`, then leaves. */
  async function stream(path: string, enough: (text: string) => boolean, headers: Record<string, string> = {}) {
    const leave = new AbortController();
    const response = await fetch(`${jambus.doorUrl}${path}`, { headers, signal: leave.signal });
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (enough(text)) break;
    }
    leave.abort();
    return { contentType: response.headers.get('content-type'), events: text.split('\n\n').map(parseEvent) };
  }

  test('GET /v1/calls lists the calls', async () => {
    const response = await fetch(`${jambus.doorUrl}/v1/calls`);
    const { calls } = (await response.json()) as { calls: { callSid: string; application: string; epoch: number }[] };
    expect(calls).toMatchObject([{ callSid: call.callSid, application: '/ivr', epoch: 1 }]);
  });

  test('GET /v1/events streams CloudEvents with the message of jambonz as their data', async () => {
    const { contentType, events } = await stream('/v1/events?from=start', (text) => text.includes('verb.status'));
    expect(contentType).toMatch('text/event-stream');
    const first = events.find(({ event }) => event === 'jambonz.session.new');
    expect(first?.data).toMatchObject({
      specversion: '1.0',
      type: 'jambonz.session.new',
      subject: call.callSid,
      sequence: '1',
      data: JSON.parse(call.sent[0]?.raw.toString() ?? ''),
    });
  });

  test('a stream goes on where Last-Event-ID left off', async () => {
    const { events } = await stream('/v1/events', (text) => text.includes('id: 1\n'), { 'last-event-id': '0' });
    expect(events.flatMap(({ id }) => (id === undefined ? [] : [id]))[0]).toBe('1');
  });

  test('a stream of one type has nothing else', async () => {
    const { events } = await stream('/v1/events?from=start&type=call:status', (text) => text.includes('event: '));
    expect(new Set(events.flatMap(({ event }) => (event === undefined ? [] : [event])))).toEqual(
      new Set(['jambonz.call.status']),
    );
  });

  test('GET /v1/results streams the results', async () => {
    const { events } = await stream('/v1/results?from=start', (text) => text.includes('delivered'));
    expect(events.find(({ event }) => event === 'jambus.command.delivered')?.data).toMatchObject({
      data: { callSid: call.callSid, status: 'delivered' },
    });
  });

  test('Prefer: respond-async answers before the command has its result', async () => {
    const { status, result } = await jambus.post(call.callSid, redirect([{ verb: 'say', text: 'async' }]), {
      'ce-id': 'async-1',
      prefer: 'respond-async',
    });
    expect([status, result.commandId]).toEqual([202, 'async-1']);
    await jambus.find('results', call.callSid, ({ json }) => json.commandId === 'async-1');
  });

  test('an id that is percent-encoded in its header is in results and streams as it was meant', async () => {
    const { status, result } = await jambus.post(call.callSid, redirect([{ verb: 'say', text: 'encoded' }]), {
      'ce-id': 'M%C3%BCller',
    });
    expect([status, result.commandId]).toEqual([200, 'Müller']);
    const { events } = await stream('/v1/results?from=start', (text) => /ller".*\n\n/.test(text));
    expect(events.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ causationid: 'Müller', data: expect.objectContaining({ commandId: 'Müller' }) }),
    );
  });

  test('an unknown path, and a wrong query, are answered in words', async () => {
    const missing = await fetch(`${jambus.doorUrl}/v1/cals`);
    expect([missing.status, await missing.json()]).toEqual([
      404,
      { error: 'not_found', message: 'nothing at GET /v1/cals' },
    ]);
    expect((await fetch(`${jambus.doorUrl}/v1/events?from=yesterday`)).status).toBe(400);
  });

  test('health, readiness and metrics are on the same port', async () => {
    const status = async (path: string) => (await fetch(`${jambus.doorUrl}${path}`)).status;
    expect([await status('/healthz'), await status('/readyz'), await status('/metrics')]).toEqual([200, 200, 200]);
  });
});

interface ParsedEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: unknown;
}

function parseEvent(block: string): ParsedEvent {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const data = field('data');
  return { id: field('id'), event: field('event'), data: data === undefined ? undefined : JSON.parse(data) };
}
