import { describeBus } from './describe-bus.ts';
import { memoryHarness } from './memory-harness.ts';

describeBus('memory', memoryHarness);
