/** Stands in the body of a command, and of nothing else. */
const MARKER = /\bmk\d+x\d+\b/;

export function marker(publisher: number, n: number): string {
  return `mk${publisher}x${n}`;
}

/** The marker in what came, if there is one. */
export function markerIn(text: string): string | undefined {
  return MARKER.exec(text)?.[0];
}
