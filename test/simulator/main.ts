import { JambusError } from '@jambus/schema';
import pc from 'picocolors';
import { parseArguments } from './cli/arguments.ts';
import { HELP } from './cli/help.ts';
import { scenarioSummary } from './cli/scenario-summary.ts';
import { jsonSummary, progressLine, succeeded, summary } from './cli/summary.ts';
import { type LoadOptions, startCalls } from './load/start-calls.ts';
import { type ScenarioOptions, startScenario } from './scenarios/index.ts';
import type { LoggedMessage } from './wire/message-log.ts';

const PROGRESS_MS = 1000;
const EXIT_CALLS_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

function printMessage({ direction, socket, raw, message }: LoggedMessage): void {
  const callSid = message?.['call_sid'];
  const who = `${typeof callSid === 'string' ? callSid.slice(0, 8) : ''}/${socket} `;
  const arrow = direction === 'sent' ? pc.cyan('→') : pc.green('←');
  process.stderr.write(`${who}${arrow} ${raw.toString('utf8')}\n`);
}

async function run(load: LoadOptions, verbose: boolean, json: boolean): Promise<number> {
  const stop = new AbortController();
  const onInterrupt = () => {
    if (stop.signal.aborted) process.exit(EXIT_INTERRUPTED);
    stop.abort();
  };
  process.on('SIGINT', onInterrupt);
  const running = startCalls({ ...load, signal: stop.signal, ...(verbose && { onMessage: printMessage }) });
  const progress = process.stderr.isTTY
    ? setInterval(() => process.stderr.write(`\r\u001b[K${progressLine(running.report())}`), PROGRESS_MS)
    : undefined;
  const report = await running.done;
  clearInterval(progress);
  process.off('SIGINT', onInterrupt);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  process.stdout.write(json ? jsonSummary(report) : summary(report));
  return succeeded(report) ? 0 : EXIT_CALLS_FAILED;
}

async function play(scenario: string, options: ScenarioOptions, verbose: boolean, json: boolean): Promise<number> {
  const running = startScenario(scenario, { ...options, ...(verbose && { onMessage: printMessage }) });
  const onInterrupt = () => {
    process.off('SIGINT', onInterrupt);
    void running.call?.abort();
  };
  process.on('SIGINT', onInterrupt);
  const record = await running.done;
  process.off('SIGINT', onInterrupt);
  process.stdout.write(json ? `${JSON.stringify(record)}\n` : scenarioSummary(record));
  return record.ok ? 0 : EXIT_CALLS_FAILED;
}

async function main(): Promise<number> {
  try {
    const request = parseArguments(process.argv.slice(2));
    if (request.kind === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    if (request.kind === 'scenario') {
      return await play(request.scenario, request.options, request.verbose, request.json);
    }
    return await run(request.load, request.verbose, request.json);
  } catch (error) {
    if (!(error instanceof JambusError) || error.code !== 'bad_config') throw error;
    process.stderr.write(`${pc.red('error')} ${error.message}\n${pc.dim('See --help.')}\n`);
    return EXIT_USAGE;
  }
}

process.exitCode = await main();
