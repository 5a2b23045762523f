import { command, confirmed, result, START, write } from './sample-history.ts';
import { Specimen, saying } from './specimen.ts';

let specimen: Specimen;
beforeEach(() => {
  specimen = new Specimen();
});

test('a second record with an id that has an effect as well is found', () => {
  const second = result(specimen.command('m3'), START + 2_210, { status: 'delivered' });
  specimen.changeResult('result/3/12', ({ offset }) => ({ ...second, offset }));
  specimen.history.writes.push(write('m3', 1, START + 2_205));
  expect(specimen.broken()).toEqual(['duplicate accepted']);
});

test('a second record with an id that has an effect is found as far back as ids are remembered, and not further', () => {
  const second = result(specimen.command('m3'), START + 2_210, { status: 'delivered' });
  specimen.changeResult('result/3/12', ({ offset }) => ({ ...second, offset }));
  specimen.history.writes.push(write('m3', 1, START + 2_205));
  expect(specimen.broken({ rememberedIds: 1 })).toEqual(['duplicate accepted']);
  expect(specimen.broken({ rememberedIds: 0 })).toEqual([]);
});

test('a second record with an id that has an effect is none when all who remember began anew in between', () => {
  const second = result(specimen.command('m3'), START + 2_210, { status: 'delivered' });
  specimen.changeResult('result/3/12', ({ offset }) => ({ ...second, offset }));
  specimen.history.writes.push(write('m3', 1, START + 2_205));
  specimen.history.facts.outages = [{ from: START, to: START + 60_000, total: true }];
  expect(specimen.broken()).toEqual(['duplicate accepted']);
  specimen.history.facts.forgetsEnded = true;
  expect(specimen.broken()).toEqual([]);
});

test('nor when a gateway died together with an adapter in between, which alone had heard of the first', () => {
  const second = result(specimen.command('m3'), START + 2_210, { status: 'delivered' });
  specimen.changeResult('result/3/12', ({ offset }) => ({ ...second, offset }));
  specimen.history.writes.push(write('m3', 1, START + 2_205));
  specimen.history.facts.forgetsIdsAt = [START];
  expect(specimen.broken()).toEqual(['duplicate accepted']);
  specimen.history.facts.forgetsIdsAt = [START + 2_208];
  expect(specimen.broken()).toEqual([]);
});

test.each([
  ['unknown_call', 'of a call that there is'],
  ['invalid', 'of a command that is right'],
  ['duplicate', 'of an id that was not there before'],
  ['call_ended', 'of a call that is still there'],
])('%s %s is found', (code) => {
  specimen.changeResult('result/3/13', (copy) => saying(copy, { code }));
  expect(specimen.broken()).toEqual(['refused for a wrong reason']);
});

test('a call that has ended and is unknown then is found, unless nobody is left who remembers', () => {
  specimen.changeResult('result/3/15', (copy) => saying(copy, { code: 'unknown_call' }));
  expect(specimen.broken()).toEqual(['ended call not known as ended']);
  specimen.history.facts.forgetsEnded = true;
  expect(specimen.broken()).toEqual([]);
});

test('a command for a call that has ended and that runs into its expiry is found', () => {
  specimen.changeResult('result/3/15', (copy) => saying(copy, { code: 'expired' }));
  expect(specimen.broken()).toContain('ended call not known as ended');
});

test('a command for a call that never was and that runs into its expiry is found, unless a gateway is away', () => {
  const { history } = specimen;
  const stray = command({
    marker: 'm9',
    callSid: 'nobody',
    storedAt: START,
    place: { log: 0, partition: 3, offset: 2 },
  });
  history.stored.push(stray);
  history.confirmed.push(confirmed(stray));
  const told = result(stray, START + 30_010, { status: 'rejected', code: 'expired' });
  specimen.changeResults((copies) => [...copies, { ...told, offset: 80 }]);
  expect(specimen.broken()).toEqual(['refused for a wrong reason']);
  history.facts.missesGateway = true;
  expect(specimen.broken()).toEqual([]);
});
