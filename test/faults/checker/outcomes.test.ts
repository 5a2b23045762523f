import type { Copy } from '../history/history.ts';
import { command, result, START, write } from './sample-history.ts';
import { Specimen, saying } from './specimen.ts';

let specimen: Specimen;
beforeEach(() => {
  specimen = new Specimen();
});

const LATER = '2026-01-31T12:00:09.000Z';

describe('one outcome', () => {
  test('a command without a terminal result is found', () => {
    specimen.removeResult('result/3/13');
    expect(specimen.broken()).toEqual(['no outcome']);
  });

  test('a command without a result that was deleted unread with its log is none of them', () => {
    specimen.removeResult('result/3/13');
    specimen.history.facts.newLogsAt = [START + 20_000];
    expect(specimen.broken()).toEqual([]);
  });

  test('delivered and refused for one record is found, also where only a subscriber saw the second', () => {
    const late = result(specimen.command('m1'), START + 30_000, { status: 'rejected', code: 'expired' });
    specimen.history.facts.rough = true;
    specimen.history.results.seen.push({ ...late, offset: 90 });
    expect(specimen.broken()).toContain('two outcomes');
  });

  test('two copies that differ in a byte of their payload are found', () => {
    specimen.history.facts.rough = true;
    specimen.history.results.seen.push(saying(specimen.history.results.stored[0] as Copy, { at: LATER }));
    expect(specimen.broken()).toEqual(['copies of a result differ']);
  });

  test('a copy that was heard and never stored may differ when all who knew it died, and only then', () => {
    const { facts, results } = specimen.history;
    facts.rough = true;
    const [first] = results.stored as [Copy];
    // What was told again is what is kept; only the subscriber has the former one.
    results.seen.push(saying(first, { at: new Date(START).toISOString() }));
    expect(specimen.broken()).toEqual(['copies of a result differ']);
    facts.forgetsIdsAt = [START - 1];
    expect(specimen.broken()).toEqual(['copies of a result differ']);
    facts.forgetsIdsAt = [START];
    expect(specimen.broken()).toEqual([]);
    results.stored.push({ ...(results.seen.at(-1) as Copy), offset: 90 });
    expect(specimen.broken()).toEqual(['copies of a result differ']);
  });

  test('two copies that differ in an attribute are found', () => {
    specimen.history.facts.rough = true;
    const first = specimen.history.results.stored[0] as Copy;
    specimen.history.results.seen.push({ ...first, headers: { ...first.headers, time: LATER } });
    expect(specimen.broken()).toEqual(['copies of a result differ']);
  });

  test('when partitions move, a refusal may come twice, and nothing that had an effect', () => {
    specimen.history.facts.moves = [{ from: START, to: START + 1 }];
    const { stored } = specimen.history.results;
    const copyOf = (id: string): Copy => ({
      ...(stored.find(({ headers }) => headers['id'] === id) as Copy),
      offset: 90,
    });
    stored.push(copyOf('result/3/13'));
    expect(specimen.broken()).toEqual([]);
    stored.push(copyOf('result/3/10'));
    expect(specimen.broken()).toEqual(['result repeated']);
  });

  test('a result that comes twice though nobody died is found; after a crash the same one may', () => {
    specimen.history.results.stored.push({ ...(specimen.history.results.stored[0] as Copy), offset: 90 });
    expect(specimen.broken()).toEqual(['result repeated']);
    specimen.history.facts.rough = true;
    expect(specimen.broken()).toEqual([]);
  });

  test('a result of no command is found', () => {
    const nobodys = command({ marker: 'x', id: 'x', place: { log: 0, partition: 1, offset: 1 } });
    specimen.history.results.stored.push(result(nobodys, START, { status: 'delivered' }));
    expect(specimen.broken()).toEqual(['result of no command']);
  });

  test('a result with the id of another command is found', () => {
    specimen.changeResult('result/3/13', (copy) => saying(copy, { commandId: 'two' }));
    expect(specimen.broken()).toContain('result says something else than its command');
  });
});

describe('one effect', () => {
  test('delivered and never written is found', () => {
    specimen.history.writes.pop();
    expect(specimen.broken()).toEqual(['delivered but never written']);
  });

  test('delivered and never written is none when the socket was cut in that moment', () => {
    specimen.history.writes.pop();
    specimen.history.sockets = specimen.history.sockets.map((socket) =>
      socket.socket === 1 ? { ...socket, closedAt: START + 2_150 } : socket,
    );
    expect(specimen.broken()).toEqual([]);
  });

  test('refused and written is found', () => {
    specimen.history.writes.push(write('m4', 2, START + 9_500));
    expect(specimen.broken()).toContain('refused but written');
  });

  test('written without a result is found', () => {
    specimen.removeResult('result/3/11');
    expect(specimen.broken()).toEqual(['no outcome', 'written without a result']);
  });

  test.each([
    ['on the same websocket', write('m2', 1, START + 2_300)],
    ['on two', write('m2', 2, START + 9_300)],
  ])('written twice %s is found', (_, second) => {
    specimen.history.writes.push(second);
    expect(specimen.broken()).toEqual(['written twice']);
  });

  test('written twice is none when its gateway was killed before the result was on the bus', () => {
    specimen.killGateway(START + 2_108);
    specimen.history.writes.push(write('m2', 2, START + 9_300));
    expect(specimen.broken()).toEqual([]);
  });

  test('written twice is found when the result was on the bus before its gateway was killed', () => {
    specimen.killGateway(START + 4_900);
    specimen.history.writes.push(write('m2', 2, START + 9_300));
    expect(specimen.broken()).toEqual(['written twice']);
  });

  test('written twice is found when another gateway was killed', () => {
    specimen.killGateway(START + 2_108);
    specimen.history.facts.gatewayKills = [{ gateway: 1, at: START + 2_108 }];
    specimen.history.writes.push(write('m2', 2, START + 9_300));
    expect(specimen.broken()).toEqual(['written twice']);
  });
});
