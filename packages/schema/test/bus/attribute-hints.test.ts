import { attributeHints, CommandAttributes } from '../../src/index.ts';

test.each([
  ['expiry', 'expirytime'],
  ['expirytimes', 'expirytime'],
  ['if-verb-id', 'ifverbid'],
  ['ifverb', 'ifverbid'],
  ['result', 'results'],
  ['trace-parent', 'traceparent'],
])('%s is told to be probably %s', (name, meant) => {
  expect(attributeHints({ id: '1', [name]: 'x' })).toEqual([
    `the attribute "${name}" has no effect; did you mean "${meant}"?`,
  ]);
});

test('what jambus knows, what others have agreed on, and what resembles nothing says nothing', () => {
  const names = [
    ...Object.keys(CommandAttributes.properties),
    ...['sequence', 'partitionkey', 'tracestate', 'epoch', 'causationid', 'application', 'sequencereset'],
    ...['tenant', 'shop', 'x', 'priority', 'uid', 'identity', 'timezone', 'sourceip', 'typename'],
  ];
  expect(attributeHints(Object.fromEntries(names.map((name) => [name, '1'])))).toEqual([]);
});

test('a name as long as a header may be is not looked at letter by letter', () => {
  expect(attributeHints({ ['y'.repeat(60_000)]: '1' })).toEqual([]);
});

test('of a record with hundreds of such names, a few are compared', () => {
  // `expirytime` with a dash in each choice of its gaps.
  const names = Array.from({ length: 512 }, (_, gaps) =>
    [...'expirytime'].map((letter, at) => ((gaps >> at) & 1 ? `${letter}-` : letter)).join(''),
  ).slice(1);
  expect(attributeHints(Object.fromEntries(names.map((name) => [name, '1'])))).toHaveLength(16);
});
