import { JambusError } from '@jambus/schema';
import { createLogger } from '@jambus/telemetry';
import type { LinkEnd } from '../../src/link/gateway-link.ts';
import { createLinkLog } from '../../src/link/link-log.ts';
import { eventually } from '../support/eventually.ts';
import { fakeLink } from '../support/fake-link.ts';
import { linked } from '../support/linked.ts';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly url?: string;
  readonly reason?: string;
}

function logged() {
  const lines: Line[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Line) };
  const log = createLinkLog(createLogger({ service: 'test', level: 'debug', destination }));
  return { log, warnings: () => lines.filter(({ level }) => level === 'warn').map(({ reason }) => reason), lines };
}

const REFUSED: LinkEnd = new JambusError('link_unavailable', 'connect ECONNREFUSED 10.0.0.1:3001');
const SILENT: LinkEnd = new JambusError('link_unavailable', 'the other end of the link has gone silent');

/** An adapter that reached no gateway said nothing. */
describe('what keeps an adapter from a gateway', () => {
  test('is a warning once, however often it is dialled, and names the gateway', () => {
    const { log, warnings, lines } = logged();
    const link = fakeLink([], 'ws://10.0.0.1:3001');
    for (let dial = 0; dial < 50; dial++) log.lost(link, false, REFUSED);
    expect(warnings()).toEqual(['connect ECONNREFUSED 10.0.0.1:3001']);
    expect([lines.length, lines[0]?.url]).toEqual([50, 'ws://10.0.0.1:3001']);
  });

  test('is a warning for each gateway and each new reason', () => {
    const { log, warnings } = logged();
    const [one, two] = [fakeLink([], 'ws://one'), fakeLink([], 'ws://two')];
    for (const link of [one, two, one, two]) log.lost(link, false, REFUSED);
    log.lost(one, false, SILENT);
    expect(warnings()).toEqual([REFUSED.message, REFUSED.message, SILENT.message]);
  });

  test('is a warning again when the gateway had been linked between', () => {
    const { log, warnings } = logged();
    const link = fakeLink();
    log.lost(link, false, REFUSED);
    log.linked(link);
    log.lost(link, true, SILENT);
    log.lost(link, false, REFUSED);
    log.linked(link);
    log.lost(link, false, REFUSED);
    expect(warnings()).toEqual([REFUSED.message, SILENT.message, REFUSED.message, REFUSED.message]);
  });

  test('is told to those who ask whether it is ready', () => {
    const { log } = logged();
    const [up, down, fresh] = [fakeLink([], 'ws://up'), fakeLink([], 'ws://down'), fakeLink([], 'ws://fresh')];
    down.isReady = false;
    fresh.isReady = false;
    log.lost(down, false, { code: 1001, reason: 'the gateway stops' });
    expect(log.missing([up, down, fresh])).toEqual([
      'ws://down: closed with 1001 (the gateway stops)',
      'ws://fresh: not dialled yet',
    ]);
  });

  test('names the token when that is wrong, by what a gateway answers', async () => {
    const { log, warnings } = logged();
    const linkage = await linked({ refuseWith: 401 });
    await eventually(() => expect(linkage.ends.length).toBeGreaterThan(1));
    for (const end of linkage.ends) log.lost(linkage.link, false, end);
    await linkage.close();
    expect(warnings()).toEqual([expect.stringContaining('JAMBUS_LINK_TOKEN')]);
  });

  test('is what went wrong when there is nobody, or somebody else, at the address', async () => {
    const { log, warnings } = logged();
    const linkage = await linked({ refuseWith: 404 });
    await eventually(() => expect(linkage.ends.length).toBeGreaterThan(1));
    await linkage.gateway.close();
    await eventually(() => expect(String(linkage.ends.at(-1))).toContain('ECONNREFUSED'));
    for (const end of linkage.ends) log.lost(linkage.link, false, end);
    expect(warnings()).toEqual([expect.stringContaining('404'), expect.stringContaining('ECONNREFUSED')]);
    await linkage.close();
  });
});
