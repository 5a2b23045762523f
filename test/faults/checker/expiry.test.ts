import { START } from './sample-history.ts';
import { Specimen, saying } from './specimen.ts';

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

test('told late is found when one of several died only after it should have been told', () => {
  tellOfExpiryAt(START + 9_100);
  specimen.history.facts.outages = [{ from: START + 8_500, to: START + 9_000, total: false }];
  expect(specimen.broken()).toEqual(['expiry told late']);
});

test('told late is none while a gateway may come back of which nobody knows whether it had the command', () => {
  tellOfExpiryAt(START + 18_000);
  specimen.history.facts.forgetsIdsAt = [START];
  expect(specimen.broken()).toEqual([]);
  tellOfExpiryAt(START + 18_200);
  expect(specimen.broken()).toEqual(['expiry told late']);
});

test('told late is none by as much as the machine let everybody wait', () => {
  tellOfExpiryAt(START + 8_100);
  specimen.history.facts.stallMs = 200;
  expect(specimen.broken()).toEqual([]);
});

test('a command that runs into its expiry although its call is there is found', () => {
  const at = new Date(START + 32_300).toISOString();
  specimen.changeResult('result/3/13', (copy) => saying(copy, { code: 'expired', at }));
  // Its call has a websocket for 2.7 s, and for 1 s before its end, which may be too short after some misfortune.
  expect(specimen.broken()).not.toContain('expired although its call was there');
  const stays = { closedAt: START + 9_000 };
  specimen.history.sockets = specimen.history.sockets.map((one) => (one.socket === 1 ? { ...one, ...stays } : one));
  expect(specimen.broken()).toContain('expired although its call was there');
  specimen.history.facts.outages = [{ from: START, to: START + 5_000, total: true }];
  expect(specimen.broken()).not.toContain('expired although its call was there');
});
