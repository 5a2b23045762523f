import { createRequire } from 'node:module';
import { JambusError } from '@jambus/schema';

const require = createRequire(import.meta.url);

/** Records cannot be read or written before somebody has installed a package. */
export class MissingPackage extends JambusError {}

/**
 * What loads the package of a compression when it is needed first: a process that has no records of that compression need not
 * have the package installed. These packages are compiled code.
 *
 * @param compression for people
 * @returns a function that throws MissingPackage, a JambusError `bad_config`, when the package cannot be loaded
 */
export function codecPackage<Package>(compression: string, name: string): () => Package {
  let loaded: Package | undefined;
  return () => {
    loaded ??= load<Package>(compression, name);
    return loaded;
  };
}

function load<Package>(compression: string, name: string): Package {
  try {
    return require(name) as Package;
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1);
    const message = `records compressed by ${compression} need the package ${name}: npm install ${name} (${reason})`;
    throw new MissingPackage('bad_config', message, { cause });
  }
}
