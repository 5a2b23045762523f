import type { Copy } from '../history/history.ts';
import { CALL } from './sample-history.ts';
import { Specimen } from './specimen.ts';

let specimen: Specimen;
beforeEach(() => {
  specimen = new Specimen();
});

const changeKept = (change: (copy: Copy, n: number) => Copy): void => {
  specimen.history.events.stored = specimen.history.events.stored.map(change);
};

test('a repeated event is found though its copy is the same, unless somebody died', () => {
  const { events, facts } = specimen.history;
  events.stored.push(events.stored[2] as Copy);
  expect(specimen.broken()).toEqual(['event repeated']);
  facts.rough = true;
  expect(specimen.broken()).toEqual([]);
});

test('a repeated event that only a subscriber saw is found', () => {
  const { seen } = specimen.history.events;
  seen.push(seen[2] as Copy);
  expect(specimen.broken()).toEqual(['event repeated']);
});

test('two events with one id are found, also after a crash', () => {
  const { events, facts } = specimen.history;
  const third = events.stored[2] as Copy;
  facts.rough = true;
  events.stored.push({ ...third, payload: third.payload.replace('finished', 'starting') });
  expect(specimen.broken()).toEqual(['copies of an event differ']);
});

test('a gap in the numbers is found', () => {
  specimen.history.events.stored.splice(2, 1);
  expect(specimen.broken()).toContain('event numbers with a gap');
});

test('numbers that begin again under another epoch are found', () => {
  changeKept((copy, n) => {
    if (n < 3) return copy;
    const headers = { ...copy.headers, id: `${CALL}/2/${n - 2}`, sequence: String(n - 2), epoch: '2' };
    return { ...copy, headers };
  });
  expect(specimen.broken()).toEqual(['event numbers begin again']);
});

test('an event of an earlier epoch after one of a later is found', () => {
  changeKept((copy, n) =>
    n < 4 ? copy : { ...copy, headers: { ...copy.headers, id: `${CALL}/1/5`, sequence: '5', epoch: '1' } },
  );
  expect(specimen.broken()).toEqual(['event numbers begin again']);
});

test('an event that jambonz said and the channel does not have is found', () => {
  specimen.history.events.stored.pop();
  expect(specimen.broken()).toEqual(['event lost']);
});

test('events in another order than they were said are found', () => {
  const payloads = specimen.history.events.stored.map(({ payload }) => payload);
  changeKept((copy, n) => (n === 0 || n === 3 ? { ...copy, payload: payloads[3 - n] as string } : copy));
  expect(specimen.broken()).toEqual(['event out of order']);
});

test('an event credited to another command is found', () => {
  changeKept((copy) =>
    copy.headers['causationid'] === 'one' ? { ...copy, headers: { ...copy.headers, causationid: 'four' } } : copy,
  );
  expect(specimen.broken()).toEqual(['event credited to another command']);
});

test('a call that jambus gave up is found', () => {
  const { stored } = specimen.history.events;
  const last = stored.at(-1) as Copy;
  const payload = JSON.stringify({ type: 'jambus:lost', call_sid: CALL, data: {} });
  stored.push({ ...last, headers: { ...last.headers, id: `${CALL}/2/6`, sequence: '6' }, payload });
  expect(specimen.broken()).toEqual(['call lost']);
});

test('an event of a command that is in the broker twice may be credited to either of the two', () => {
  const { history } = specimen;
  specimen.changeCommand('m2', { marker: 'm1', id: undefined });
  const credit = (causationid: string): void =>
    changeKept((copy) =>
      copy.headers['causationid'] === undefined ? copy : { ...copy, headers: { ...copy.headers, causationid } },
    );
  credit('3/11');
  expect(specimen.broken()).not.toContain('event credited to another command');
  credit('3/13');
  expect(specimen.broken()).toContain('event credited to another command');
  expect(history.stored.filter(({ marker }) => marker === 'm1')).toHaveLength(2);
});
