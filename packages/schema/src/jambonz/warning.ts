import { clip, type Place, pathOf } from './fault.ts';

/**
 * What is lost of a message that may go to its call all the same.
 *
 * - `no-effect`: this generation of jambonz ignores the command, or this value of it
 * - `credentials-ignored`: this generation does not read a hook's credentials where they stand
 */
export type WarningCode = 'no-effect' | 'credentials-ignored';

export interface Warning {
  readonly code: WarningCode;
  /** Where: `$` is the message. */
  readonly path: string;
  /** All of it in one sentence. */
  readonly message: string;
}

/** A warning about `place`; `problem` is the sentence without the path, which is put in front of it. */
export function warningAt(code: WarningCode, place: Place, problem: string): Warning {
  const path = pathOf(place);
  return { code, path, message: `${path}: ${clip(problem, 400)}` };
}
