import type { CallSocket, Write } from '../history/history.ts';
import type { Case, Story } from './case.ts';

/** The websocket on which a write came. */
export function socketOf({ calls }: Case, { callSid, socket }: Write): CallSocket | undefined {
  return calls.get(callSid)?.sockets.find((one) => one.socket === socket);
}

/**
 * True for a write by a gateway that was killed before its result was on the bus: nobody is left who knows of it, so that
 * the next gateway may write the command again. Nothing else may be written twice.
 */
export function isInDoubt(of: Case, { terminal }: Story, write: Write): boolean {
  const socket = socketOf(of, write);
  if (socket === undefined) return false;
  const toldAt = Math.min(...terminal.filter(({ seen }) => !seen).map(({ copy }) => copy.at));
  return of.history.facts.gatewayKills.some(
    ({ gateway, at }) =>
      socket.gateway === gateway &&
      socket.openedAt <= at &&
      (socket.closedAt ?? Number.POSITIVE_INFINITY) >= at - of.tolerances.cutMs &&
      // A caller that reads slowly sees it later; the gateway had written it before it died.
      write.at <= at + (socket.slow ? of.tolerances.slowCutMs : of.tolerances.seeingMs) &&
      toldAt >= at,
  );
}

/** True when a socket of the call was cut, or its gateway killed, so soon after `at` that what was on its way may be gone. */
export function mayBeCutOff({ calls, history, tolerances }: Case, callSid: string, at: number): boolean {
  const sockets = calls.get(callSid)?.sockets ?? [];
  return sockets.some(({ closedAt, closedBy, gateway, openedAt, slow }) => {
    if (closedAt === undefined) return false;
    const killed = history.facts.gatewayKills.some(
      (kill) => kill.gateway === gateway && kill.at >= openedAt && Math.abs(kill.at - closedAt) < tolerances.cutMs,
    );
    if (closedBy !== 'cut' && !killed) return false;
    return at >= closedAt - (slow ? tolerances.slowCutMs : tolerances.cutMs) && at <= closedAt + tolerances.cutMs;
  });
}
