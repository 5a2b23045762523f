import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { accountFile, configOf, names, type Right, rightsIn, USERS, without } from './nats/rights.ts';
import { WORK } from './nats/work.ts';
import { type Workplace, workplace } from './nats/workplace.ts';

const LONG_MS = 150_000;
const text = await accountFile();
const rights = rightsIn(text);
const violations = (place: Workplace) => place.told.filter((line) => /rights? |violation/i.test(line));

for (const version of ['newest', '2.9'] as const) {
  await describeWithNats(`the rights of deploy/nats/jambonz.conf, NATS ${version}`, { version }, (nats) => {
    let server: NatsServer | undefined;
    afterEach(() => server?.stop(), LONG_MS);

    test.each(USERS)(
      'are all that the %s needs',
      async (user) => {
        server = await nats.start({ config: configOf(text) });
        const place = workplace(server);
        try {
          await WORK[user](place);
        } finally {
          await place.close();
        }
        expect(violations(place)).toEqual([]);
      },
      LONG_MS,
    );
  });
}

await describeWithNats('the accounts of deploy/nats', { version: 'newest' }, (nats) => {
  let server: NatsServer;
  const places: Workplace[] = [];
  const placeOf = (prefix: string): Workplace => {
    const place = workplace(server, prefix);
    places.push(place);
    return place;
  };

  beforeAll(async () => {
    server = await nats.start({ config: configOf(text, await accountFile('shop')) });
  }, LONG_MS);
  afterEach(async () => {
    for (const place of places.splice(0)) await place.close();
  });
  afterAll(() => server.stop(), LONG_MS);

  test(
    'keep applications apart: one commands and hears no calls of the other, and asks for nothing there',
    async () => {
      const [ours, theirs] = [placeOf('jambonz'), placeOf('shop')];
      const [adapter, other] = [await ours.adapter(), await theirs.adapter()];
      adapter.bus.requests.open('call');
      const stranger = await theirs.connection('microservice');
      const heard: string[] = [];
      for (const subject of ['jambonz.events.>', 'jambonz.results.*', 'shop.results.*']) {
        stranger.subscribe(subject, { callback: (error, message) => heard.push(error?.message ?? message.subject) });
      }
      await expect(stranger.jetstream().publish('jambonz.commands.call', 'theirs')).rejects.toThrow(
        /jambonz\.commands/,
      );
      await expect(stranger.request('jambonz.request.call', 'theirs')).rejects.toThrow(/jambonz\.request/);
      // The same subject as the other has, in their own account.
      await stranger.jetstream().publish('shop.commands.call', 'own');
      const own = await ours.connection('microservice');
      await own.jetstream().publish('jambonz.commands.call', 'ours');
      await ours.until('both are handled', () => adapter.handled.length > 0 && other.handled.length > 0);
      await theirs.until('the result of their own', () => heard.includes('shop.results.call'));
      expect([adapter.handled, other.handled]).toEqual([['ours'], ['own']]);
      expect(heard.filter((line) => !line.includes('Permissions Violation'))).toEqual(['shop.results.call']);
    },
    LONG_MS,
  );

  test(
    'show nobody the streams of another application',
    async () => {
      const [ours, theirs] = [placeOf('jambonz'), placeOf('shop')];
      await ours.adapter();
      const operator = await theirs.connection('operator');
      const jsm = await operator.jetstreamManager({ checkAPI: false });
      expect((await jsm.streams.names().next()).join()).not.toContain('jambonz');
      await expect(jsm.streams.info('jambonz-events')).rejects.toThrow('stream not found');
    },
    LONG_MS,
  );

  test.each(USERS)(
    'let nobody but the %s read the answers to it',
    async (user) => {
      const place = placeOf('jambonz');
      for (const curious of USERS.filter((name) => name !== user)) {
        const nc = await place.connection(curious);
        for (const subject of [`_INBOX.jambonz.${user}.>`, '_INBOX.>']) {
          nc.subscribe(subject, { callback: () => {} });
          await place.until('it is refused', () =>
            place.told.some((line) => line.includes(`subscription on ${subject}`)),
          );
        }
      }
    },
    LONG_MS,
  );

  test(
    'let an adapter without the right to make anything work, where everything is there',
    async () => {
      const making = rights.filter(({ subject }) => /STREAM\.(?:CREATE|UPDATE)\.(?:KV_)?jambonz/.test(subject));
      expect(making).toHaveLength(12);
      const storeDir = await mkdtemp(join(tmpdir(), 'jambus-rights-'));
      for (const config of [configOf(text), configOf(without(text, making))]) {
        const own = await nats.start({ config, storeDir });
        const place = workplace(own);
        try {
          await WORK.microservice(place);
        } finally {
          await place.close();
          await own.stop();
        }
        expect(violations(place)).toEqual([]);
      }
      await rm(storeDir, { recursive: true });
    },
    LONG_MS,
  );
});

await describeWithNats('each right of deploy/nats/jambonz.conf', { version: 'newest' }, (nats) => {
  const cases = rights.map((right): [string, Right] => [`${right.user}, ${right.kind} ${right.subject}`, right]);

  test.concurrent.each(cases)(
    'is missed by name when it is taken out: %s',
    async (_, right) => {
      const server = await nats.start({ config: configOf(without(text, [right])) });
      const place = workplace(server);
      let outcome: string | undefined;
      const work = WORK[right.user](place).then(
        () => (outcome = 'all worked'),
        (error: unknown) => (outcome = String(error)),
      );
      const isNamed = () => [...place.told, outcome ?? ''].some((line) => names(right, line));
      await place.until('the right is named', () => isNamed() || outcome !== undefined).catch(() => {});
      const found = isNamed();
      await place.close();
      await work;
      // What was connected meanwhile.
      await place.close();
      await server.stop();
      if (!found) throw new Error(`nobody misses it: ${[outcome, ...place.told].join('; ')}`);
    },
    LONG_MS,
  );
});
