import {
  readTraceparent,
  traceIdOfCall,
  traceparentOfB3,
  traceparentOfCall,
  writeTraceparent,
} from '../../src/index.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('traceparent', () => {
  test('is read and written', () => {
    const context = { traceId: TRACE, spanId: SPAN, sampled: true };
    expect(readTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual(context);
    expect(readTraceparent(`00-${TRACE}-${SPAN}-02`)).toEqual({ ...context, sampled: false });
    expect(writeTraceparent(context)).toBe(`00-${TRACE}-${SPAN}-01`);
  });

  test('of a later version is taken for what is known of it', () => {
    expect(readTraceparent(`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`)?.traceId).toBe(TRACE);
  });

  test.each([
    undefined,
    '',
    'none',
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
  ])('%s is none', (text) => {
    expect(readTraceparent(text)).toBeUndefined();
  });
});

describe('b3 of jambonz', () => {
  test('becomes a traceparent of the same trace and span', () => {
    expect(traceparentOfB3(`${TRACE}-${SPAN}-1`)).toBe(`00-${TRACE}-${SPAN}-01`);
    expect(traceparentOfB3(`${TRACE}-${SPAN}-d-05e3ac9a4f6e3b90`)).toBe(`00-${TRACE}-${SPAN}-01`);
    expect(traceparentOfB3(`${TRACE}-${SPAN}-0`)).toBe(`00-${TRACE}-${SPAN}-00`);
    expect(traceparentOfB3(`${TRACE}-${SPAN}`)).toBe(`00-${TRACE}-${SPAN}-01`);
  });

  test('with an id of 64 bits fills it up with zeros', () => {
    expect(traceparentOfB3(`${SPAN}-${SPAN}-1`)).toBe(`00-${'0'.repeat(16)}${SPAN}-${SPAN}-01`);
  });

  test.each([
    undefined,
    '',
    '0',
    `${'0'.repeat(32)}-${SPAN}-1`,
    `${'0'.repeat(32)}-${'0'.repeat(16)}-1`,
    `${TRACE}-${'0'.repeat(16)}-1`,
    `${TRACE}`,
  ])('%s is no trace', (b3) => {
    expect(traceparentOfB3(b3)).toBeUndefined();
  });
});

describe('the trace of a call that has none', () => {
  test('is its call_sid', () => {
    const callSid = 'c7ac9dda-4a4f-4111-863d-a24971b01a01';
    expect(traceIdOfCall(callSid)).toBe('c7ac9dda4a4f4111863da24971b01a01');
    expect(readTraceparent(traceparentOfCall(callSid))).toEqual({
      traceId: 'c7ac9dda4a4f4111863da24971b01a01',
      spanId: '863da24971b01a01',
      sampled: true,
    });
  });

  test.each(['call-1', 'c7ac9dda-4a4f-4111-0000-000000000000', 'Ü'])('is a valid one for %s, too', (callSid) => {
    expect(readTraceparent(traceparentOfCall(callSid))).toBeDefined();
    expect(traceIdOfCall(callSid)).toBe(traceIdOfCall(callSid));
  });
});
