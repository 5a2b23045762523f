import type { Copy, StoredCommand } from '../history/history.ts';
import { checkHistory } from './check-history.ts';
import { CALL, command, confirmed, result, type SampleHistory, START, sampleHistory, write } from './sample-history.ts';
import type { Rule } from './violation.ts';

let history: SampleHistory;

beforeEach(() => {
  history = sampleHistory();
});

/** The rules that the history breaks, each once. */
const broken = (): Rule[] => [...new Set(checkHistory(history).violations.map(({ rule }) => rule))];
const storedAs = (marker: string): StoredCommand =>
  history.stored.find((one) => one.marker === marker) as StoredCommand;
const bothViews = (change: (copies: Copy[]) => Copy[]): void => {
  history.results = { stored: change(history.results.stored), seen: change(history.results.seen) };
};
const isAbout = (id: string) => (copy: Copy) => copy.headers['id'] === id;
const changed = (copy: Copy, change: (body: Record<string, unknown>) => void): Copy => {
  const body = JSON.parse(copy.payload) as Record<string, unknown>;
  change(body);
  return { ...copy, payload: JSON.stringify(body) };
};
const killGateway = (at: number): void => {
  history.facts.rough = true;
  history.facts.gatewayKills = [{ gateway: 0, at }];
  history.sockets = history.sockets.map((socket) =>
    socket.socket === 1 ? { ...socket, closedAt: at + 5, closedBy: 'gateway', code: 1006 } : socket,
  );
};

test('a history in which everything is right breaks no rule', () => {
  expect(checkHistory(history).violations).toEqual([]);
});

describe('outcomes', () => {
  test('a command without a terminal result is found', () => {
    bothViews((copies) => copies.filter((copy) => !isAbout('result/3/13')(copy)));
    expect(broken()).toEqual(['no outcome']);
  });

  test('a command without a result that was deleted unread with its log is none of them', () => {
    bothViews((copies) => copies.filter((copy) => !isAbout('result/3/13')(copy)));
    history.facts.newLogsAt = [START + 20_000];
    expect(broken()).toEqual([]);
  });

  test('delivered and refused for one record is found, also where only a subscriber saw the second', () => {
    const late = result(storedAs('m1'), START + 30_000, { status: 'rejected', code: 'expired' });
    history.facts.rough = true;
    history.results.seen.push({ ...late, offset: 90 });
    expect(broken()).toContain('two outcomes');
  });

  test('two copies that differ in a byte of their payload are found', () => {
    history.facts.rough = true;
    const [first] = history.results.stored;
    history.results.seen.push(
      changed(first as Copy, (body) => Object.assign(body, { at: '2026-01-31T12:00:09.000Z' })),
    );
    expect(broken()).toEqual(['copies of a result differ']);
  });

  test('two copies that differ in an attribute are found', () => {
    history.facts.rough = true;
    const first = history.results.stored[0] as Copy;
    history.results.seen.push({ ...first, headers: { ...first.headers, time: '2026-01-31T12:00:09.000Z' } });
    expect(broken()).toEqual(['copies of a result differ']);
  });

  test('a result that comes twice though nobody died is found; after a crash the same one may', () => {
    history.results.stored.push({ ...(history.results.stored[0] as Copy), offset: 90 });
    expect(broken()).toEqual(['result repeated']);
    history.facts.rough = true;
    expect(broken()).toEqual([]);
  });

  test('a result of no command is found', () => {
    history.results.stored.push(
      result(command({ marker: 'x', id: 'x', place: { log: 0, partition: 1, offset: 1 } }), START, {
        status: 'delivered',
      }),
    );
    expect(broken()).toEqual(['result of no command']);
  });

  test('a result with the id of another command is found', () => {
    bothViews((copies) =>
      copies.map((copy) =>
        isAbout('result/3/13')(copy) ? { ...copy, payload: copy.payload.replace('four', 'two') } : copy,
      ),
    );
    expect(broken()).toContain('result says something else than its command');
  });
});

describe('one effect', () => {
  test('delivered and never written is found', () => {
    history.writes.pop();
    expect(broken()).toEqual(['delivered but never written']);
  });

  test('delivered and never written is none when the socket was cut in that moment', () => {
    history.writes.pop();
    history.sockets = history.sockets.map((socket) =>
      socket.socket === 1 ? { ...socket, closedAt: START + 2_150 } : socket,
    );
    expect(broken()).toEqual([]);
  });

  test('refused and written is found', () => {
    history.writes.push(write('m4', 2, START + 9_500));
    expect(broken()).toContain('refused but written');
  });

  test('written without a result is found', () => {
    bothViews((copies) => copies.filter((copy) => !isAbout('result/3/11')(copy)));
    expect(broken()).toEqual(['no outcome', 'written without a result']);
  });

  test('written twice is found, on the same websocket and on two', () => {
    history.writes.push(write('m2', 1, START + 2_300));
    expect(broken()).toEqual(['written twice']);
    history = sampleHistory();
    history.writes.push(write('m2', 2, START + 9_300));
    expect(broken()).toEqual(['written twice']);
  });

  test('written twice is none when its gateway was killed before the result was on the bus', () => {
    killGateway(START + 2_108);
    history.writes.push(write('m2', 2, START + 9_300));
    expect(broken()).toEqual([]);
  });

  test('written twice is found when the result was on the bus before its gateway was killed', () => {
    killGateway(START + 4_900);
    history.writes.push(write('m2', 2, START + 9_300));
    expect(broken()).toEqual(['written twice']);
  });

  test('a second record with an id that has an effect as well is found', () => {
    bothViews((copies) =>
      copies.map((copy) =>
        isAbout('result/3/12')(copy)
          ? { ...result(storedAs('m3'), START + 2_210, { status: 'delivered' }), offset: copy.offset }
          : copy,
      ),
    );
    history.writes.push(write('m3', 1, START + 2_205));
    expect(broken()).toEqual(['duplicate accepted']);
  });
});

describe('order', () => {
  test('commands written in another order than that of the broker are found', () => {
    history.writes.reverse();
    expect(broken()).toEqual(['written out of order']);
  });

  test('a second write of a command in doubt is not out of order', () => {
    killGateway(START + 2_008);
    bothViews((copies) => copies.map((copy) => ({ ...copy, at: copy.at + 20_000 })));
    history.facts.outages = [{ from: START, to: START + 30_000, total: true }];
    history.writes.push(write('m1', 2, START + 9_300), write('m2', 2, START + 9_301));
    expect(broken()).toEqual([]);
  });

  test('started before delivered is found', () => {
    const [delivered, second, started, ...others] = history.results.seen as [Copy, Copy, Copy, ...Copy[]];
    history.results.seen = [started, second, delivered, ...others].map((copy, offset) => ({ ...copy, offset }));
    expect(broken()).toEqual(['results out of order']);
  });

  test('a verb whose end is on the events channel and not among the results is found', () => {
    bothViews((copies) => copies.filter(({ payload }) => !payload.includes('"finished"')));
    expect(broken()).toEqual(['verb result missing']);
  });

  test('a result of a verb that another command brought is found', () => {
    const started = { ...result(storedAs('m2'), START + 2_400, { status: 'started', verbId: 'm1' }), offset: 91 };
    history.results.stored.push(started);
    history.writes.push();
    history.events.stored = history.events.stored.map((copy) =>
      copy.payload.includes('"starting"')
        ? { ...copy, payload: copy.payload.replace('"marker":"m1"', '"marker":"m2"') }
        : copy,
    );
    expect(broken()).toEqual(
      ['verb result missing', 'verb result of another command', 'event credited to another command'].slice(1),
    );
  });
});

describe('expiry', () => {
  test('written after its expiry is found', () => {
    history.stored = history.stored.map((one) => (one.marker === 'm2' ? { ...one, expiresAt: START + 1_000 } : one));
    expect(broken()).toEqual(['written after its expiry']);
  });

  test('expired before its time is found', () => {
    history.stored = history.stored.map((one) => (one.marker === 'm5' ? { ...one, expiresAt: START + 8_000 } : one));
    expect(broken()).toEqual(['expired too early']);
  });

  test('told of its expiry later than a second after is found', () => {
    bothViews((copies) => copies.map((copy) => (isAbout('result/3/14')(copy) ? { ...copy, at: START + 8_100 } : copy)));
    expect(broken()).toEqual(['expiry told late']);
  });

  test('told late is none when nobody was there to tell', () => {
    bothViews((copies) => copies.map((copy) => (isAbout('result/3/14')(copy) ? { ...copy, at: START + 9_100 } : copy)));
    history.facts.outages = [{ from: START + 6_500, to: START + 9_000, total: true }];
    expect(broken()).toEqual([]);
  });

  test('told late is found when one of several died long after the command was taken up', () => {
    bothViews((copies) => copies.map((copy) => (isAbout('result/3/14')(copy) ? { ...copy, at: START + 9_100 } : copy)));
    history.facts.outages = [{ from: START + 7_500, to: START + 9_000, total: false }];
    expect(broken()).toEqual(['expiry told late']);
  });
});

describe('preconditions', () => {
  test('written although the verb never ran is found', () => {
    history.stored = history.stored.map((one) => (one.marker === 'm2' ? { ...one, ifverbid: 'never' } : one));
    expect(broken()).toEqual(['precondition ignored']);
  });

  test('refused although the verb ran all the time is found', () => {
    history.sayings = history.sayings.filter(({ verb }) => verb?.event !== 'finished');
    history.events.stored = history.events.stored.filter(({ payload }) => !payload.includes('"finished"'));
    history.stored = history.stored.map((one) => (one.marker === 'm4' ? { ...one, ifverbid: 'm1' } : one));
    bothViews((copies) =>
      copies.map((copy) =>
        isAbout('result/3/13')(copy)
          ? changed(copy, (body) => Object.assign(body, { at: new Date(START + 4_000).toISOString() }))
          : copy,
      ),
    );
    expect(broken()).toContain('precondition misjudged');
  });

  test('written although the call had a later event is found', () => {
    history.stored = history.stored.map((one) => (one.marker === 'm2' ? { ...one, ifsequence: 0 } : one));
    expect(broken()).toEqual(['precondition ignored']);
  });

  test('refused although the call had no later event is found', () => {
    history.stored = history.stored.map((one) =>
      one.marker === 'm4' ? { ...one, ifverbid: undefined, ifsequence: 3 } : one,
    );
    bothViews((copies) =>
      copies.map((copy) =>
        isAbout('result/3/13')(copy)
          ? changed(copy, (body) => Object.assign(body, { at: new Date(START + 6_000).toISOString() }))
          : copy,
      ),
    );
    expect(broken()).toEqual(['precondition misjudged']);
  });
});

describe('refusals', () => {
  const refuse = (resultId: string, code: string): void =>
    bothViews((copies) =>
      copies.map((copy) => (isAbout(resultId)(copy) ? changed(copy, (body) => Object.assign(body, { code })) : copy)),
    );

  test.each([
    ['unknown_call', 'of a call that there is'],
    ['invalid', 'of a command that is right'],
    ['duplicate', 'of an id that was not there before'],
    ['call_ended', 'of a call that is still there'],
  ])('%s %s is found', (code) => {
    refuse('result/3/13', code);
    expect(broken()).toEqual(['refused for a wrong reason']);
  });

  test('a call that has ended and is unknown then is found, unless nobody is left who remembers', () => {
    refuse('result/3/15', 'unknown_call');
    expect(broken()).toEqual(['ended call not known as ended']);
    history.facts.forgetsEnded = true;
    expect(broken()).toEqual([]);
  });

  test('a command for a call that has ended and that runs into its expiry is found', () => {
    refuse('result/3/15', 'expired');
    expect(broken()).toContain('ended call not known as ended');
  });
});

describe('events', () => {
  test('a repeated event is found though its copy is the same, unless somebody died', () => {
    history.events.stored.push(history.events.stored[2] as Copy);
    expect(broken()).toEqual(['event repeated']);
    history.facts.rough = true;
    expect(broken()).toEqual([]);
  });

  test('a repeated event that only a subscriber saw is found', () => {
    history.events.seen.push(history.events.seen[2] as Copy);
    expect(broken()).toEqual(['event repeated']);
  });

  test('two events with one id are found, also after a crash', () => {
    const second = history.events.stored[2] as Copy;
    history.facts.rough = true;
    history.events.stored.push({ ...second, payload: second.payload.replace('finished', 'starting') });
    expect(broken()).toEqual(['copies of an event differ']);
  });

  test('a gap in the numbers is found', () => {
    history.events.stored.splice(2, 1);
    expect(broken()).toContain('event numbers with a gap');
  });

  test('numbers that begin again under another epoch are found', () => {
    history.events.stored = history.events.stored.map((copy, n) =>
      n < 3
        ? copy
        : { ...copy, headers: { ...copy.headers, id: `${CALL}/2/${n - 2}`, sequence: String(n - 2), epoch: '2' } },
    );
    expect(broken()).toEqual(['event numbers begin again']);
  });

  test('an event that jambonz said and the channel does not have is found', () => {
    history.events.stored.pop();
    expect(broken()).toEqual(['event lost']);
  });

  test('events in another order than they were said are found', () => {
    const payloads = history.events.stored.map(({ payload }) => payload);
    history.events.stored = history.events.stored.map((copy, n) =>
      n === 0 || n === 3 ? { ...copy, payload: payloads[3 - n] as string } : copy,
    );
    expect(broken()).toEqual(['event out of order']);
  });

  test('an event credited to another command is found', () => {
    history.events.stored = history.events.stored.map((copy) =>
      copy.headers['causationid'] === 'one' ? { ...copy, headers: { ...copy.headers, causationid: 'four' } } : copy,
    );
    expect(broken()).toEqual(['event credited to another command']);
  });

  test('a call that jambus gave up is found', () => {
    const last = history.events.stored.at(-1) as Copy;
    const payload = JSON.stringify({ type: 'jambus:lost', call_sid: CALL, data: {} });
    const headers = { ...last.headers, id: `${CALL}/2/6`, sequence: '6' };
    history.events.stored.push({ ...last, headers, payload });
    expect(broken()).toEqual(['call lost']);
  });
});

describe('leftovers', () => {
  test('a dead letter is found', () => {
    history.deadLetters.push(history.results.stored[0] as Copy);
    expect(broken()).toEqual(['dead letter']);
  });

  test('commands that nobody is done with are found', () => {
    history.facts.left = 2;
    expect(broken()).toEqual(['left to do']);
  });

  test('a command that the broker confirmed and does not have is found', () => {
    history.confirmed.push(confirmed(command({ marker: 'm9', place: { log: 0, partition: 3, offset: 99 } })));
    expect(broken()).toEqual(['stored record missing']);
  });
});

describe('commands that were made anew', () => {
  /** The first two commands again, in a second log and at the places of the first ones. */
  const again = (names: readonly [string, string]): void => {
    history.facts.newLogsAt = [START + 9_500];
    const second = ['n1', 'n2'].map((marker, n) =>
      command({ marker, storedAt: START + 9_600 + n, place: { log: 1, partition: 3, offset: 10 + n } }),
    );
    history.stored.push(...second);
    history.confirmed.push(...second.map(confirmed));
    history.writes.push(write('n1', 2, START + 9_610), write('n2', 2, START + 9_611));
    const [before, after] = names;
    bothViews((copies) => [
      ...copies.map((copy) => JSON.parse(JSON.stringify(copy).replaceAll('3/1', `${before}3/1`)) as Copy),
      ...second.map((one, n) => ({ ...result(one, START + 9_620, { status: 'delivered' }, after), offset: 50 + n })),
    ]);
  };

  test('results are told apart by the name of the log in their ids', () => {
    again(['2026-01-31T11:00:00Z/', '2026-01-31T12:00:09Z/']);
    expect(broken()).toEqual([]);
  });

  test('a result that stands for commands of both logs leaves one without', () => {
    again(['', '']);
    history.results.stored = history.results.stored.filter(({ offset }) => offset < 50);
    history.results.seen = [];
    history.writes = history.writes.filter(({ marker }) => !marker.startsWith('n'));
    expect(broken()).toEqual(['no outcome']);
  });
});
