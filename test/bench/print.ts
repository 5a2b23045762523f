/** One figure of a bench, as a line. */
export function print(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(46)}${value}\n`);
}
