import type { Figures } from '../checker/index.ts';

/** Prints figures as a table with a line for each run. */
export function printTable(rows: readonly { readonly name: string; readonly figures: Figures }[]): void {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first.figures);
  const lines = [
    ['', ...columns],
    ...rows.map(({ name, figures }) => [name, ...columns.map((column) => String(figures[column]))]),
  ];
  const widths = lines[0]?.map((_, n) => Math.max(...lines.map((line) => line[n]?.length ?? 0))) ?? [];
  const text = lines.map((line) =>
    line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  '),
  );
  // Not the console, which jest gives a stack each.
  process.stderr.write(`\n${text.join('\n')}\n`);
}
