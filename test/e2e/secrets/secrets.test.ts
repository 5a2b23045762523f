import { once } from 'node:events';
import { connect, headers, type NatsConnection } from 'nats';
import { WebSocket } from 'ws';
import { describeWithNats, type NatsServer } from '../../brokers/nats/index.ts';
import { freePort } from '../../brokers/provisioning/free-port.ts';
import { type JambusCluster, startJambusCluster } from '../../cluster/jambus-cluster.ts';
import { type SimulatedCall, startCall } from '../../simulator/index.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../traces/otlp-receiver.ts';
import { eventually } from '../cluster-harness.ts';
import { runBriefly } from './run-briefly.ts';

/** Part of every secret, which nobody may find. */
const SECRET = 'pl4nted';
const planted = (where: string): string => `${SECRET}-${where}-0123456789`;

/** Part of all that is said in a call or to it, which a log of its ordinary level may not have. */
const SPOKEN = 'sp0ken';
const spoken = (where: string): string => `${SPOKEN}-${where}-0123456789`;

const LINK_TOKEN = planted('link-token');
const BASIC_PASSWORD = planted('basic-auth');
const NATS_PASSWORD = planted('nats-password');

/** What commands carry that a log may not have: what is said, credentials of hooks, digits of a caller. */
const COMMANDS: readonly (object | string)[] = [
  { command: 'redirect', data: [{ verb: 'say', id: 'good', text: spoken('say') }] },
  {
    command: 'redirect',
    queueCommand: true,
    data: [
      {
        verb: 'gather',
        input: ['digits'],
        timeout: 1,
        actionHook: { url: `/a?key=${spoken('query')}`, basicAuth: { username: 'u', password: planted('hook') } },
      },
    ],
  },
  // What is wrong with these is told to their publisher, and to the log.
  { command: 'redirect', data: [{ verb: 'say', txt: spoken('wrong-name') }] },
  { command: 'redirect', data: [{ verb: 'say', text: 'x', loop: spoken('wrong-type') }] },
  { command: 'redirect', data: [{ verb: 'say', text: 'x', [spoken('property')]: 1 }] },
  { command: 'redirect', data: spoken('no-verbs') },
  { command: 'redirect', queueCommand: spoken('wrong-flag'), data: [] },
  { command: 'dtmf', data: { digit: spoken('digits') } },
  { command: 'mute:status', data: { mute_status: spoken('status') } },
  { command: 'sip:request', data: { method: spoken('method'), headers: { Authorization: spoken('sip') } } },
  { command: spoken('command'), data: {} },
  `{"type":"command","command":"redirect","data":[{"verb":"say","text":${spoken('broken')}}]}`,
  `"${spoken('no-object')}"`,
  `{"type":"${spoken('type')}"}`,
  `{"type":"ack","msgid":"${spoken('msgid')}","data":[{"verb":"say","text":"${spoken('late')}"}]}`,
  { command: 'redirect', data: [{ verb: 'say', text: `${spoken('large')}${'x'.repeat(30_000)}` }] },
];

/* Gateway and adapter as processes, with everything that they say about themselves collected. */
await describeWithNats(
  'nothing that is secret, and nothing that is said in a call, is',
  { version: 'newest' },
  (nats) => {
    let server: NatsServer;
    let receiver: OtlpReceiver;
    let cluster: JambusCluster;
    let nc: NatsConnection;
    let call: SimulatedCall;
    /** All that was said, by who said it. */
    const said: [who: string, text: string][] = [];

    const url = (user: string): string =>
      (cluster.websocketUrls[0] ?? '').replace('ws://', `ws://${user}@`).concat(`?key=${planted('websocket-query')}`);

    beforeAll(async () => {
      const config = `authorization { user: jambus, password: "${NATS_PASSWORD}" }`;
      [server, receiver] = await Promise.all([nats.start({ config }), startOtlpReceiver()]);
      const onNats = {
        JAMBUS_BUS: 'nats',
        JAMBUS_NATS_URL: server.url,
        JAMBUS_NATS_USER: 'jambus',
        JAMBUS_NATS_PASSWORD: NATS_PASSWORD,
      };
      cluster = await startJambusCluster({
        gateways: 1,
        adapters: 0,
        bus: onNats,
        everywhere: { ...receiver.environment, JAMBUS_LOG_LEVEL: 'trace' },
        gatewaySettings: {
          JAMBUS_LINK_TOKEN: LINK_TOKEN,
          JAMBUS_BASIC_AUTH: `jambonz:${BASIC_PASSWORD}`,
          JAMBUS_FALLBACK_APPLICATION: JSON.stringify([{ verb: 'say', text: spoken('fallback') }]),
        },
      });
      await cluster.addAdapter({ token: planted('wrong-token') });
      await cluster.addAdapter({ token: LINK_TOKEN });
      nc = await connect({ servers: server.url, user: 'jambus', pass: NATS_PASSWORD });

      for (const user of [`jambonz:${planted('wrong-password')}`, `${planted('wrong-user')}:x`]) {
        const socket = new WebSocket(url(user), 'ws.jambonz.org');
        socket.on('error', () => {});
        await once(socket, 'unexpected-response');
      }
      for (const first of [`{"type":"session:new","x":${spoken('first')}`, spoken('text')]) {
        const socket = new WebSocket(url(`jambonz:${BASIC_PASSWORD}`), 'ws.jambonz.org');
        await once(socket, 'open');
        socket.send(first);
        await once(socket, 'close');
      }

      let results = 0;
      nc.subscribe('jambonz.results.>', { callback: () => void results++ });
      await nc.flush();
      call = startCall({ url: url(`jambonz:${BASIC_PASSWORD}`), speed: 20, from: spoken('caller') });
      await call.waitFor('session:new');
      const js = nc.jetstream();
      for (const [n, command] of COMMANDS.entries()) {
        const body = typeof command === 'string' ? command : JSON.stringify({ type: 'command', ...command });
        const more = headers();
        more.set('ce-expirytime', n === 0 ? '2999-01-01T00:00:00Z' : spoken('time'));
        const subject = `jambonz.commands.${call.callSid}`;
        await js.publish(subject, body, n % 5 === 0 ? { headers: more } : {});
      }
      await js.publish(
        'jambonz.commands.unknown-call',
        JSON.stringify({ type: 'command', ...(COMMANDS[0] as object) }),
      );
      call.sendRaw(`{"type":"verb:hook","broken":"${spoken('event')}`);
      call.sendRaw(JSON.stringify({ type: 'verb:status', data: { event: 'x', text: spoken('status') } }));
      await call.send('verb:hook', { hook: `/b?key=${spoken('hook-query')}`, data: { speech: spoken('speech') } });
      await eventually('every command has its result', () => results >= COMMANDS.length + 1);
      // The bus goes and comes back.
      await server.restart();
      await call.send('verb:hook', { hook: '/c', data: { speech: spoken('after') } });
      call.hangup();
      await eventually('spans', () => receiver.texts.length > 5);

      for (const adminUrl of cluster.adminUrls) {
        for (const path of ['/metrics', '/readyz', '/healthz']) {
          said.push([`${adminUrl}${path}`, await (await fetch(`${adminUrl}${path}`)).text()]);
        }
      }
      const [gateway, ...adapters] = [...cluster.gateways, ...cluster.adapters];
      said.push(['the gateway', (await gateway?.output()) ?? '']);
      for (const adapter of adapters) said.push(['an adapter', await adapter.output()]);
      said.push(...receiver.texts.map((text): [string, string] => ['telemetry', text]));

      const link = { JAMBUS_LINK_TOKEN: LINK_TOKEN, JAMBUS_LOG_LEVEL: 'trace' };
      const elsewhere = { ...link, JAMBUS_ADMIN_HOST: '127.0.0.1', JAMBUS_ADMIN_PORT: String(await freePort()) };
      const gateways = { JAMBUS_GATEWAYS: 'ws://127.0.0.1:9' };
      const wrongNats = { ...onNats, JAMBUS_NATS_PASSWORD: planted('wrong-nats') };
      said.push(
        [
          'an adapter that NATS refuses',
          await runBriefly('adapter', { ...elsewhere, ...gateways, ...wrongNats }, /bus_refused/),
        ],
        [
          'an adapter without Kafka',
          await runBriefly('adapter', {
            ...elsewhere,
            ...gateways,
            JAMBUS_BUS: 'kafka',
            JAMBUS_KAFKA_BROKERS: '127.0.0.1:9',
            JAMBUS_KAFKA_SASL_MECHANISM: 'plain',
            JAMBUS_KAFKA_USER: 'jambus',
            JAMBUS_KAFKA_PASSWORD: planted('kafka-password'),
          }),
        ],
        [
          'a gateway with wrong settings',
          await runBriefly(
            'gateway',
            {
              JAMBUS_LINK_TOKEN: planted('no good token').replaceAll('-', ' '),
              JAMBUS_BASIC_AUTH: planted('without-colon'),
              JAMBUS_MAX_CALLS: 'x',
            },
            /settings cannot be used/,
          ),
        ],
      );
    }, 120_000);

    afterAll(async () => {
      await call?.abort();
      await nc?.close();
      await cluster?.close();
      await receiver?.close();
      await server?.stop();
    }, 60_000);

    const leaks = (pattern: RegExp, isSpoken: boolean): string[] =>
      said.flatMap(([who, text]) =>
        text.split('\n').flatMap((line) => {
          const at = line.search(pattern);
          if (at === -1 || (isSpoken && /^\{"level":"(?:debug|trace)"/.test(line))) return [];
          return [`${who}: …${line.slice(Math.max(0, at - 200), at + 60)}`];
        }),
      );

    test('a secret in what processes write, count, answer or trace', () => {
      expect(leaks(new RegExp([SECRET, ...FORMS].join('|')), false)).toEqual([]);
    });

    test('said again, except in a log for debugging', () => {
      expect(leaks(new RegExp(SPOKEN), true)).toEqual([]);
    });

    test('and all of it has been there', () => {
      const everything = said.map(([, text]) => text).join('\n');
      for (const sign of [
        'command rejected',
        'a peer on the jambonz port broke the rules',
        'adapter refused',
        '"spans"',
        '# TYPE',
      ]) {
        expect(everything).toContain(sign);
      }
    });
  },
);

/** Secrets as they go over wires. */
const FORMS = [`jambonz:${BASIC_PASSWORD}`, LINK_TOKEN, SECRET].map((text) =>
  Buffer.from(text).toString('base64').slice(0, 16),
);
