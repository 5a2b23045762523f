import pc from 'picocolors';
import { HELP, parseArguments } from './arguments.ts';
import { haveCall } from './call.ts';
import { Failure } from './failure.ts';
import { startJambus } from './jambus-process.ts';
import type { Story } from './stories/index.ts';
import { type DemoTrace, NO_TRACE, startTrace } from './trace.ts';

const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

async function main(): Promise<number> {
  const request = parseArguments(process.argv.slice(2));
  switch (request.kind) {
    case 'help':
      process.stdout.write(HELP);
      return EXIT.ok;
    case 'usage':
      process.stderr.write(`${request.fault}\n\n${HELP}`);
      return EXIT.usage;
    case 'run':
      return demonstrate(request.story, request.trace ? await startTrace() : NO_TRACE, request.callerHangsUpAfterMs);
  }
}

/** Starts jambus, has the call on it, stops it. @returns the exit code */
async function demonstrate(story: Story, trace: DemoTrace, callerHangsUpAfterMs: number | undefined): Promise<number> {
  const interrupted = interruption();
  const failures: unknown[] = [];
  let summary = '';
  try {
    const jambus = await startJambus(interrupted, trace.environment);
    try {
      summary = await haveCall(story, jambus, trace, callerHangsUpAfterMs, Promise.race([jambus.died, interrupted]));
    } catch (error) {
      failures.push(error);
    }
    await jambus.stop();
    await trace.print((text) => void process.stdout.write(text));
  } catch (error) {
    failures.push(error);
  }
  await trace.close();
  if (failures.includes(INTERRUPTED)) return EXIT.interrupted;
  if (failures.length === 0) process.stdout.write(`\n${pc.green('✓')} ${summary}\n`);
  else process.stderr.write(`\n${failures.map(explain).join('')}`);
  return failures.length === 0 ? EXIT.ok : EXIT.failed;
}

const INTERRUPTED = new Failure('interrupted');

/** Rejects when somebody wants the demo to end. */
function interruption(): Promise<never> {
  const interrupted = new Promise<never>((_, reject) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => reject(INTERRUPTED));
  });
  interrupted.catch(() => {}); // It counts only while somebody waits for it.
  return interrupted;
}

function explain(error: unknown): string {
  if (!(error instanceof Failure)) return `${pc.red('✗')} ${error instanceof Error ? error.stack : String(error)}\n`;
  return `${pc.red('✗')} ${error.message}\n${error.log.map((line) => `  ${pc.dim(line)}\n`).join('')}`;
}

process.exitCode = await main();
