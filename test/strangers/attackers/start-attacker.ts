import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { REPOSITORY } from '../../fixtures/repository.ts';
import type { AttackOptions, AttackTally } from './attack.ts';
import { type AttackName, WIDTHS } from './index.ts';

export interface Attacker {
  /** What it has done so far. */
  tally(): Promise<AttackTally>;
  stop(): Promise<void>;
}

/** Starts an attacker of this kind as a process. It ends with this process at the latest. */
export function startAttacker(
  name: AttackName,
  options: Pick<AttackOptions, 'port'> & Partial<AttackOptions>,
): Attacker {
  const whole: AttackOptions = {
    path: '/attack',
    localAddress: '127.0.0.2',
    width: WIDTHS[name],
    callSids: [],
    account: 'attacker',
    msgidLength: 200,
    ...options,
  };
  const child: ChildProcess = fork(join(REPOSITORY, 'test/dist/strangers/attackers/main.js'), [
    name,
    JSON.stringify(whole),
  ]);
  return {
    async tally() {
      const told = once(child, 'message');
      child.send('tally');
      const [tally] = (await told) as [AttackTally];
      return tally;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      if (child.connected) child.disconnect();
      await gone;
    },
  };
}
