import { type JsonObject, parseScript } from '../index.ts';
import { clearStage, openCall } from './harness.ts';

afterEach(clearStage);

const NOTIFY = { verb: 'config', notifyEvents: true };

test('a verb that fails says jambonz:error, then finished, and the next one comes', async () => {
  const script = parseScript({ failures: { say: 'TTS vendor google error' } });
  const { socket } = await openCall(
    [NOTIFY, { verb: 'say', text: 'hi', id: 'greet' }, { verb: 'answer', id: 'next' }],
    {
      script,
    },
  );
  await socket.status('verb:status', { event: 'finished', id: 'next' });
  const about = socket.messages.filter(({ data }) => (data as JsonObject)['id'] === 'greet');
  expect(about.map(({ type, data }) => [type, (data as JsonObject)['event'] ?? (data as JsonObject)['msg']])).toEqual([
    ['verb:status', 'starting'],
    ['jambonz:error', 'TTS error'],
    ['verb:status', 'finished'],
  ]);
  expect(about[1]?.['data']).toEqual({
    msg: 'TTS error',
    details: 'TTS vendor google error',
    failover: 'not available',
    verb: 'say',
    id: 'greet',
  });
});

test('a failure can be for one verb alone, by its id', async () => {
  const script = parseScript({ failures: { second: 'File Not Found' } });
  const { socket } = await openCall(
    [NOTIFY, { verb: 'play', url: 'a.wav', id: 'first' }, { verb: 'play', url: 'b.wav', id: 'second' }],
    { script },
  );
  await socket.status('verb:status', { event: 'finished', id: 'second' });
  const errors = socket.messages.filter(({ type }) => type === 'jambonz:error');
  expect(errors.map(({ data }) => data)).toEqual([
    { msg: 'play error', details: 'File Not Found', verb: 'play', id: 'second' },
  ]);
});
