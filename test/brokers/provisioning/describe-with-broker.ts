// The helper is code that tests import, so it is compiled with the package, which knows nothing of jest otherwise.
/// <reference types="jest" />
import { type Unavailable, verdict } from './availability.ts';

/**
 * Declares a suite that needs a broker: as it is when there is one, otherwise skipped, or failing when `CI` is set.
 *
 * @param found what was looked up before, since jest wants its suites declared synchronously
 * @param body declares the tests; it is called for a skipped suite too, so that its tests are counted
 */
export function describeWithBroker(name: string, found: { readonly available: true } | Unavailable, body: () => void) {
  const becomes = verdict(found, process.env);
  if (found.available || becomes === 'run') {
    describe(name, body);
    return;
  }
  if (becomes === 'fail') {
    describe(name, () => {
      test('has a broker to run against', () => {
        throw new Error(found.line);
      });
    });
    return;
  }
  process.stderr.write(`skipped: ${name}: ${found.line}\n`);
  describe.skip(name, body);
}
