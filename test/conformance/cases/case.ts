import type { HarnessCapabilities } from '../bus-harness.ts';
import type { Scene } from '../scene.ts';

/** Declares one case of the suite by its sentence. It runs in a scene of its own, if the harness can do what it needs. */
export type DeclareCase = (
  sentence: string,
  run: (scene: Scene) => Promise<void>,
  needs?: keyof HarnessCapabilities,
) => void;
