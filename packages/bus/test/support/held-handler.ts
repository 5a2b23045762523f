import type { CommandRecord, Outcome, Turn } from '../../src/index.ts';
import { settled } from './eventually.ts';
import { type Gate, gate } from './gate.ts';

/** A handler whose every call waits for the test, by position. */
export function heldHandler() {
  const started: string[] = [];
  /** Of those, the ones that were handed over because their life was over. */
  const overdue: string[] = [];
  const gates = new Map<string, Gate<Outcome>>();
  const signals: AbortSignal[] = [];
  /** Of the newest call for each position. */
  const turns = new Map<string, Turn>();
  const handler = ({ position }: CommandRecord, signal: AbortSignal, turn: Turn) => {
    started.push(position);
    if (turn.overdue) overdue.push(position);
    turns.set(position, turn);
    signals.push(signal);
    const held = gate<Outcome>();
    gates.set(position, held);
    return held.promise;
  };
  const finish = async (offset: number, outcome: Outcome = { kind: 'done' }) => {
    gates.get(`0/${offset}`)?.open(outcome);
    await settled();
  };
  return { handler, started, overdue, signals, turns, finish };
}
