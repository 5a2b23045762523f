import type { History } from '../history/history.ts';
import { type Case, prepareCase } from './case.ts';
import { checkConfirmations } from './confirmations.ts';
import { checkEvents } from './events.ts';
import { checkExpiry } from './expiry.ts';
import { checkLeftovers } from './leftovers.ts';
import { checkOrder } from './order.ts';
import { checkOutcomes } from './outcomes.ts';
import { checkPreconditions } from './preconditions.ts';
import { checkRefusals } from './refusals.ts';
import { checkResultsOrder } from './results-order.ts';
import { TOLERANCES, type Tolerances } from './tolerances.ts';
import type { Violation } from './violation.ts';

/** What a history was found to be. */
export interface Verdict {
  readonly of: Case;
  readonly violations: readonly Violation[];
}

const CHECKS: readonly ((of: Case) => Violation[])[] = [
  checkConfirmations,
  checkOutcomes,
  checkOrder,
  checkExpiry,
  checkPreconditions,
  checkRefusals,
  checkResultsOrder,
  checkEvents,
  checkLeftovers,
];

/** Holds a history against what jambus promises. */
export function checkHistory(history: History, tolerances: Tolerances = TOLERANCES): Verdict {
  const of = prepareCase(history, tolerances);
  return { of, violations: CHECKS.flatMap((check) => check(of)) };
}
