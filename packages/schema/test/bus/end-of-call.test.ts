import { endOfCall } from '../../src/index.ts';

const TIME = '2026-11-27T06:00:00.000Z';
const AT = Date.parse(TIME);

function endBy(type: string, message: unknown, time: string | undefined = TIME): number | undefined {
  const attributes = { type, time };
  return endOfCall((name) => attributes[name], Buffer.from(JSON.stringify(message)));
}

const status = (callStatus: string, leg = 'call') => ({
  type: 'call:status',
  call_sid: 'call',
  data: { call_sid: leg, call_status: callStatus },
});

test.each(['completed', 'failed', 'busy', 'no-answer'])('a call ends with %s', (callStatus) => {
  expect(endBy('jambonz.call.status', status(callStatus))).toBe(AT);
});

test('a call ends when it is given up', () => {
  expect(endBy('jambus.lost', { type: 'jambus:lost', call_sid: 'call', data: {} })).toBe(AT);
});

test('a call goes on with any other status, and when another leg of it ends', () => {
  expect(endBy('jambonz.call.status', status('in-progress'))).toBeUndefined();
  expect(endBy('jambonz.call.status', status('completed', 'leg-b'))).toBeUndefined();
  expect(endBy('jambonz.verb.status', status('completed'))).toBeUndefined();
});

test('what is no event of ours ends no call', () => {
  expect(endBy('jambonz.call.status', 'foreign')).toBeUndefined();
  expect(endBy('jambonz.call.status', status('completed'), 'yesterday')).toBeUndefined();
  expect(endOfCall(() => undefined, Buffer.from('{'))).toBeUndefined();
});
