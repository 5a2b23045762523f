import { ATTACKS, type AttackName } from '../strangers/attackers/index.ts';
import { startAttacker } from '../strangers/attackers/start-attacker.ts';
import { type Latencies, startTarget, type Target } from '../strangers/target.ts';
import { startFastCall } from './fast-jambonz.ts';
import { print } from './print.ts';

const CALLS = 20;
const ATTACK_S = 60;
/** What the commands of other calls may take while somebody attacks, ms. */
const BOUND_MS = 250;
/** A port that asks for them, as in production: attackers that hold connections do not know them, the others do. */
const CREDENTIALS = 'user:password';
/** How often somebody who means it places a new call, ms. */
const NEW_CALL_EVERY_MS = 500;

/**
 * What other calls notice of one attacker of each kind at full speed: how long their commands take, and whether new calls are
 * taken. The attacked process holds gateway, adapter and memory bus; the attacker is a process of its own.
 *
 * @param seconds of each attack
 * @param only the name of one kind
 */
export async function strangersBench(seconds = String(ATTACK_S), only?: string): Promise<void> {
  const names = Object.keys(ATTACKS).filter((name) => only === undefined || name === only) as AttackName[];
  let good = true;
  for (const name of [undefined, ...names]) good = (await measure(name, Number(seconds) * 1_000)) && good;
  print(`p99 under ${BOUND_MS} ms, and no call refused`, good ? 'yes' : 'NO');
  process.exit(good ? 0 : 1);
}

/** @param name undefined: nobody attacks */
async function measure(name: AttackName | undefined, forMs: number): Promise<boolean> {
  const target = await startTarget({ calls: CALLS, settings: { JAMBUS_BASIC_AUTH: CREDENTIALS } });
  const callSids = target.calls.map(({ callSid }) => callSid);
  const address = name === 'hijacker' ? { localAddress: '127.0.0.1', path: '/ivr' } : {};
  const attacker = name && startAttacker(name, { port: target.port, credentials: CREDENTIALS, callSids, ...address });
  try {
    const [latencies, newCalls] = await Promise.all([target.commands(forMs), placeCalls(target, forMs)]);
    const tally = await attacker?.tally();
    print(name ?? 'nobody attacks', inWords(latencies));
    print('', `${newCalls.taken} new calls taken, ${newCalls.refused} refused`);
    const won = tally === undefined ? '' : `; attacker: ${tally.opened} opened, ${tally.held} held, ${tally.won} won`;
    print('', `${await target.rssMiB()} MiB, ${await target.descriptors()} descriptors${won}`);
    return latencies.p99 < BOUND_MS && latencies.failed === 0 && newCalls.refused === 0 && (tally?.won ?? 0) === 0;
  } finally {
    await attacker?.stop();
    await target.stop();
  }
}

async function placeCalls(target: Target, forMs: number): Promise<{ taken: number; refused: number }> {
  const count = { taken: 0, refused: 0 };
  const until = performance.now() + forMs;
  for (let n = 0; performance.now() < until; n++) {
    await startFastCall(target.websocketUrl, `new-${n}`).then(
      (call) => {
        count.taken++;
        call.close();
      },
      () => count.refused++,
    );
    await new Promise((resolve) => setTimeout(resolve, NEW_CALL_EVERY_MS));
  }
  return count;
}

function inWords({ count, p50, p99, max, failed }: Latencies): string {
  return `p50 ${p50} ms, p99 ${p99} ms, most ${max} ms of ${count} commands, ${failed} failed`;
}
