// The suite is code that tests import, so it is compiled with the package, which knows nothing of jest otherwise.
/// <reference types="jest" />
import type { BusHarnessFactory } from './bus-harness.ts';
import { backpressureCases } from './cases/backpressure.ts';
import type { DeclareCase } from './cases/case.ts';
import { deadLetterCases } from './cases/dead-letters.ts';
import { orderCases } from './cases/order.ts';
import { publishingCases } from './cases/publishing.ts';
import { recordCases } from './cases/records.ts';
import { recoveryCases } from './cases/recovery.ts';
import { sharingCases } from './cases/sharing.ts';
import { openScene, type Scene } from './scene.ts';

/** How long a case and its start and end may take, ms: a real broker needs seconds to notice a death. */
const CASE_TIMEOUT_MS = 180_000;

/**
 * What every driver of the bus has to do, written against the port alone. A driver's own test file is one call of this.
 */
export function describeBus(name: string, factory: BusHarnessFactory): void {
  describe(`the ${name} bus`, () => {
    let current: Scene | undefined;

    beforeEach(async () => {
      current = openScene(await factory.open());
    }, CASE_TIMEOUT_MS);

    afterEach(async () => {
      await current?.close();
      current = undefined;
    }, CASE_TIMEOUT_MS);

    const inScene: DeclareCase = (sentence, run, needs) => {
      const declare = needs === undefined || factory.capabilities[needs] ? test : test.skip;
      declare(sentence, () => run(current as Scene), CASE_TIMEOUT_MS);
    };

    describe('order', () => orderCases(inScene));
    describe('records', () => recordCases(inScene));
    describe('recovery', () => recoveryCases(inScene));
    describe('sharing', () => sharingCases(inScene));
    describe('dead letters', () => deadLetterCases(inScene));
    describe('backpressure', () => backpressureCases(inScene));
    describe('publishing', () => publishingCases(inScene));
  });
}
