/**
 * A verb and what the servers make of it: `+` takes it, `-` refuses it; for `open-source-0.9`, `10.x` and `tolerant`, in
 * this order. Of 0.9.8 the rows say what docs and code of the platform say (specs.json, lib/tasks/*.js), not what jambus
 * happens to do.
 */
export type Row = readonly [verdicts: Verdicts, verb: string, data: Readonly<Record<string, unknown>>];
export type Verdicts = `${Sign}${Sign}${Sign}`;
type Sign = '+' | '-';

export const EVERYWHERE: Verdicts = '+++';
export const NOWHERE: Verdicts = '---';
/** Beyond the schemas 0.9.8 refuses it: a newer server may take it. */
export const ONLY_NEWER: Verdicts = '-++';
/** The schemas refuse it, and 0.9.8 takes it all the same. */
export const ONLY_OLD: Verdicts = '+-+';

/** The same verdicts for many forms of data of one verb. */
export function rows(verdicts: Verdicts, verb: string, ...forms: readonly Row[2][]): readonly Row[] {
  return forms.map((data) => [verdicts, verb, data]);
}
