import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { REPOSITORY } from '../../fixtures/repository.ts';

/** A publisher in a process of its own. */
export interface Publisher {
  /** Resolves when everything that it has published is confirmed, and nothing more is. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Resolves when it has nothing left to publish and has written down what it did. */
  finish(): Promise<void>;
  end(): void;
}

/** Resolves when it hears events. @param args of `main.ts` beside here */
export async function startPublisher(args: readonly (string | number)[]): Promise<Publisher> {
  const script = join(REPOSITORY, 'test/dist/faults/publisher/main.js');
  const child = spawn(process.execPath, [script, ...args.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`a publisher ended with ${code}`);
  });
  // It is meant to end in the end.
  died.catch(() => {});
  const heard = async (word: string): Promise<void> => {
    for (;;) {
      const [line] = (await Promise.race([once(lines, 'line'), died])) as [string];
      if (line === word) return;
    }
  };
  const ask = async (word: string): Promise<void> => {
    const answered = heard(word);
    child.stdin.write(`${word}\n`);
    await answered;
  };
  await heard('ready');
  return {
    pause: () => ask('pause'),
    resume: () => ask('resume'),
    finish: () => ask('finish'),
    end: () => {
      child.kill('SIGKILL');
    },
  };
}
