import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { REPOSITORY } from '../../fixtures/repository.ts';
import type { CallPlan } from '../load/call-plan.ts';
import type { Answer, Task } from './protocol.ts';

/** jambonz, as a process of its own. */
export interface Jambonz {
  /** Resolves when all calls have their application. */
  begin(urls: readonly string[], plan: readonly CallPlan[]): Promise<void>;
  /** Slow calls read what they were sent. */
  readOn(): void;
  /** Ends all calls. @returns how many could not say so, since nobody took their websocket any more */
  hangUp(): Promise<number>;
  /** Writes what was recorded into a folder. */
  write(folder: string): Promise<void>;
  end(): void;
}

export function startJambonz(): Jambonz {
  const child = fork(join(REPOSITORY, 'test/dist/faults/jambonz/main.js'));
  const ask = async <Kind extends Answer['kind']>(
    task: Task,
    kind: Kind,
  ): Promise<Extract<Answer, { readonly kind: Kind }>> => {
    child.send(task);
    for (;;) {
      const [answer] = (await once(child, 'message')) as [Answer];
      if (isOf(answer, kind)) return answer;
    }
  };
  return {
    async begin(urls, plan) {
      await ask({ kind: 'begin', urls, plan }, 'all answered');
    },
    readOn: () => {
      child.send({ kind: 'read on' } satisfies Task);
    },
    hangUp: async () => (await ask({ kind: 'hang up' }, 'all gone')).left,
    async write(folder) {
      await ask({ kind: 'write', folder }, 'written');
    },
    end: () => {
      child.kill('SIGKILL');
    },
  };
}

function isOf<Kind extends Answer['kind']>(
  answer: Answer,
  kind: Kind,
): answer is Extract<Answer, { readonly kind: Kind }> {
  return answer.kind === kind;
}
