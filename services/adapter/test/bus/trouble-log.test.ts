import { setTimeout as sleep } from 'node:timers/promises';
import type { BusTrouble } from '@jambus/bus';
import { JambusError } from '@jambus/schema';
import { createLogger } from '@jambus/telemetry';
import { createTroubleLog, type TroubleLog } from '../../src/bus/trouble-log.ts';
import { eventually } from '../support/eventually.ts';

const TIMES = { againMs: 100, overMs: 150, lookMs: 10 };

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly reason?: string;
  readonly timesSince?: number;
  readonly forMs?: number;
}

const refused = (callSid: string): BusTrouble => ({
  kind: 'publish_failed',
  error: new JambusError('bus_unavailable', `publishing on jambonz.events.${callSid}: no answer`),
  messages: 1,
});

describe('trouble with the bus', () => {
  let log: TroubleLog;
  let lines: string[];
  let healthy: boolean;
  const said = () => lines.map((line) => JSON.parse(line) as Line);

  beforeEach(() => {
    lines = [];
    healthy = false;
    const logger = createLogger({ service: 'test', level: 'info', destination: { write: (line) => lines.push(line) } });
    log = createTroubleLog({ logger, healthy: () => healthy, times: TIMES });
  });
  afterEach(() => log.close());

  test('is told once in a while, however many messages meet it, with how often it came and without a stack', async () => {
    for (let n = 0; n < 500; n++) log.tell(refused(`call-${n}`));
    await sleep(TIMES.againMs + 10);
    log.tell(refused('call-500'));
    expect(said()).toMatchObject([
      { level: 'warn', msg: 'bus trouble', reason: 'publishing on jambonz.events.call-0: no answer' },
      { reason: 'publishing on jambonz.events.call-500: no answer', timesSince: 499 },
    ]);
    expect(lines.join('').length).toBeLessThan(1_000);
    expect(lines.join('')).not.toContain('stack');
  });

  test('of another kind is told beside it', () => {
    log.tell(refused('call'));
    log.tell({ kind: 'broker_failed', error: new JambusError('bus_unavailable', 'there is no leader') });
    log.tell({ kind: 'broker_failed', error: new JambusError('bad_config', 'the stream is sealed') });
    expect(said().map(({ reason }) => reason)).toEqual([
      'publishing on jambonz.events.call: no answer',
      'there is no leader',
      'the stream is sealed',
    ]);
  });

  test('that is a defect comes with its stack', () => {
    log.tell({ kind: 'handler_threw', error: new JambusError('internal', 'no'), position: 'log/0/1', attempts: 1 });
    expect(lines.join('')).toContain('stack');
  });

  test('that is over is said to be, once the bus is well and nothing has come for a while', async () => {
    log.tell(refused('call'));
    await sleep(TIMES.overMs + 50);
    expect(said()).toHaveLength(1);
    healthy = true;
    await eventually(() => expect(said().at(-1)).toMatchObject({ level: 'info', msg: 'the bus is well again' }));
    await sleep(50);
    expect(said()).toHaveLength(2);
    // The next outage is a new one.
    log.tell(refused('call'));
    expect(said()).toHaveLength(3);
  });

  test('a setting that is risky is told as it is, and does not pass', async () => {
    healthy = true;
    log.tell({ kind: 'risky_setting', detail: 'one copy on 3 servers' });
    await sleep(TIMES.overMs + 50);
    expect(said()).toMatchObject([{ level: 'warn', detail: 'one copy on 3 servers' }]);
  });

  test('settings that break something are told each, and told of again when they are mended', () => {
    log.tell({ kind: 'unusable_setting', detail: 'the commands are compacted' });
    log.tell({ kind: 'unusable_setting', detail: 'the events are compacted' });
    log.tell({ kind: 'mended_setting', detail: 'the commands are as they should be' });
    expect(said()).toMatchObject([
      { level: 'warn', kind: 'unusable_setting', detail: 'the commands are compacted' },
      { level: 'warn', kind: 'unusable_setting', detail: 'the events are compacted' },
      { level: 'info', detail: 'the commands are as they should be' },
    ]);
  });
});
