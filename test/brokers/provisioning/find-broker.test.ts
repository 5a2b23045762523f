import { type BrokerSource, lookFor, type Place } from './find-broker.ts';

type Wanted = 'old' | 'new';

const has =
  (version: string, origin: string): Place<Wanted, BrokerSource> =>
  () =>
    Promise.resolve({ available: true, version, origin });
const hasNone = (reason: string) => () => Promise.reject(new Error(reason));

function look(wanted: Wanted, places: readonly Place<Wanted, BrokerSource>[]) {
  const kind = {
    name: 'broker',
    describe: (which: Wanted) => `${which} broker`,
    remedy: 'buy one',
    isWanted: (which: Wanted, version: string) => version.startsWith(which === 'old' ? '1.' : '2.'),
    places: { old: places, new: places },
  };
  return lookFor(kind, wanted);
}

test('the first place that has a broker is taken and later ones are not asked', async () => {
  const asked: string[] = [];
  const expensive = () => {
    asked.push('expensive');
    return Promise.reject(new Error('asked'));
  };
  const source = await look('new', [hasNone('nothing'), has('2.1', 'on the PATH'), expensive]);
  expect(source).toMatchObject({ available: true, origin: 'on the PATH' });
  expect(asked).toEqual([]);
});

test('a broker of another version than wanted is passed over', async () => {
  const places = [has('2.1', 'on the PATH'), has('1.9', 'from the package')];
  expect(await look('old', places)).toMatchObject({ version: '1.9' });
  expect(await look('new', [...places].reverse())).toMatchObject({ version: '2.1' });
});

test('without a broker one line says what was tried, and how to get one', async () => {
  const source = await look('old', [has('2.1', 'on the PATH'), hasNone('it does not start:\nno memory')]);
  expect(source).toEqual({
    available: false,
    line: 'no old broker (on the PATH it is 2.1; it does not start: no memory); buy one',
  });
});
