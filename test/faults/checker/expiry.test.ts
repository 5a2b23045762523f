import { START } from './sample-history.ts';
import { Specimen } from './specimen.ts';

let specimen: Specimen;
beforeEach(() => {
  specimen = new Specimen();
});

const tellOfExpiryAt = (at: number): void => specimen.changeResult('result/3/14', (copy) => ({ ...copy, at }));

test('written after its expiry is found', () => {
  specimen.changeCommand('m2', { expiresAt: START + 1_000 });
  expect(specimen.broken()).toEqual(['written after its expiry']);
});

test('expired before its time is found', () => {
  specimen.changeCommand('m5', { expiresAt: START + 8_000 });
  expect(specimen.broken()).toEqual(['expired too early']);
});

test('told of its expiry later than a second after is found', () => {
  tellOfExpiryAt(START + 8_100);
  expect(specimen.broken()).toEqual(['expiry told late']);
});

test('told late is none when nobody was there to tell', () => {
  tellOfExpiryAt(START + 9_100);
  specimen.history.facts.outages = [{ from: START + 6_500, to: START + 9_000, total: true }];
  expect(specimen.broken()).toEqual([]);
});

test('told late is none when it came to one of several just before that one died', () => {
  tellOfExpiryAt(START + 9_100);
  specimen.history.facts.outages = [{ from: START + 6_500, to: START + 9_000, total: false }];
  expect(specimen.broken()).toEqual([]);
});

test('told late is found when one of several died long after the command was taken up', () => {
  tellOfExpiryAt(START + 9_100);
  specimen.history.facts.outages = [{ from: START + 7_500, to: START + 9_000, total: false }];
  expect(specimen.broken()).toEqual(['expiry told late']);
});
