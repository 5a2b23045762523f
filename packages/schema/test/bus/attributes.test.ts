import fc from 'fast-check';
import { fromHeaders, toHeaders } from '../../src/index.ts';

describe('CloudEvents attributes in headers', () => {
  test.each(['ce-', 'ce_'] as const)('%s headers come back as the attributes they were made from', (prefix) => {
    const name = fc.stringMatching(/^[a-z0-9]{1,20}$/);
    fc.assert(
      fc.property(fc.dictionary(name, fc.string(), { noNullPrototype: true }), (attributes) => {
        const all = { ...attributes, traceparent: '00-aa-bb-01', 'content-type': 'application/json' };
        expect(fromHeaders(Object.entries(toHeaders(all, prefix)), prefix)).toEqual(all);
      }),
    );
  });

  test('trace context and content type keep their own names', () => {
    expect(toHeaders({ id: '1', traceparent: 't', tracestate: 's', 'content-type': 'c' }, 'ce_')).toEqual({
      ce_id: '1',
      traceparent: 't',
      tracestate: 's',
      'content-type': 'c',
    });
  });

  test('header names are read whatever their case, and foreign headers are passed over', () => {
    const headers: [string, string][] = [
      ['Ce-Id', '1'],
      ['TraceParent', 't'],
      ['authorization', 'secret'],
      ['ce_id', '2'],
    ];
    expect(fromHeaders(headers, 'ce-')).toEqual({ id: '1', traceparent: 't' });
  });
});
