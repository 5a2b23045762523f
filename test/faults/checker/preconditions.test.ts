import { START } from './sample-history.ts';
import { Specimen, saying } from './specimen.ts';

let specimen: Specimen;
beforeEach(() => {
  specimen = new Specimen();
});

const refuseAt = (at: number): void =>
  specimen.changeResult('result/3/13', (copy) => saying(copy, { at: new Date(at).toISOString() }));

test('written although the verb never ran is found', () => {
  specimen.changeCommand('m2', { ifverbid: 'never' });
  expect(specimen.broken()).toEqual(['precondition ignored']);
});

test('written although the verb had ended is found', () => {
  specimen.changeCommand('m2', { ifverbid: 'm1' });
  specimen.history.writes = specimen.history.writes.map((write) => ({ ...write, at: write.at + 2_000 }));
  expect(specimen.broken()).toEqual(['precondition ignored']);
});

test('refused although the verb ran all the time is found', () => {
  const { history } = specimen;
  history.sayings = history.sayings.filter(({ verb }) => verb?.event !== 'finished');
  specimen.changeCommand('m4', { ifverbid: 'm1' });
  refuseAt(START + 4_000);
  expect(specimen.broken()).toContain('precondition misjudged');
});

test('written although the call had a later event is found', () => {
  specimen.changeCommand('m2', { ifsequence: 0 });
  expect(specimen.broken()).toEqual(['precondition ignored']);
});

test('refused although the call had no later event is found', () => {
  specimen.changeCommand('m4', { ifverbid: undefined, ifsequence: 3 });
  refuseAt(START + 6_000);
  expect(specimen.broken()).toEqual(['precondition misjudged']);
});
