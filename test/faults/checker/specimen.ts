import type { Copy, StoredCommand } from '../history/history.ts';
import { checkHistory } from './check-history.ts';
import { type SampleHistory, sampleHistory } from './sample-history.ts';
import { TOLERANCES, type Tolerances } from './tolerances.ts';
import type { Rule } from './violation.ts';

/** A history to be spoilt, and what the checker finds then. */
export class Specimen {
  readonly history: SampleHistory = sampleHistory();

  /** The rules that it breaks, each once. */
  broken(tolerances: Partial<Tolerances> = {}): Rule[] {
    const { violations } = checkHistory(this.history, { ...TOLERANCES, ...tolerances });
    return [...new Set(violations.map(({ rule }) => rule))];
  }

  command(marker: string): StoredCommand {
    const found = this.history.stored.find((one) => one.marker === marker);
    if (found === undefined) throw new Error(`there is no ${marker}`);
    return found;
  }

  changeCommand(marker: string, change: Partial<StoredCommand>): void {
    this.history.stored = this.history.stored.map((one) => (one.marker === marker ? { ...one, ...change } : one));
  }

  /** Changes the results that are kept, and those that were seen. */
  changeResults(change: (copies: Copy[]) => Copy[]): void {
    const { stored, seen } = this.history.results;
    this.history.results = { stored: change(stored), seen: change(seen) };
  }

  /** Changes what one result says, in every copy. */
  changeResult(id: string, change: (copy: Copy) => Copy): void {
    this.changeResults((copies) => copies.map((copy) => (copy.headers['id'] === id ? change(copy) : copy)));
  }

  removeResult(id: string): void {
    this.changeResults((copies) => copies.filter(({ headers }) => headers['id'] !== id));
  }

  /** The gateway of the first websocket is killed. */
  killGateway(at: number): void {
    this.history.facts.rough = true;
    this.history.facts.gatewayKills = [{ gateway: 0, at }];
    this.history.sockets = this.history.sockets.map((socket) =>
      socket.socket === 1 ? { ...socket, closedAt: at + 5, closedBy: 'gateway', code: 1006 } : socket,
    );
  }
}

/** A copy whose payload says these things instead. */
export function saying(copy: Copy, change: Readonly<Record<string, unknown>>): Copy {
  const body = JSON.parse(copy.payload) as Record<string, unknown>;
  return { ...copy, payload: JSON.stringify({ ...body, ...change }) };
}
