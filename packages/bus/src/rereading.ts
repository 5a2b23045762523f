import { readFileSync } from 'node:fs';
import { JambusError } from '@jambus/schema';

/**
 * The file's text as it is now; the former one while it is being replaced.
 *
 * @param what the file is, for people: `Kafka certificate`
 * @throws JambusError `bad_config` when it cannot be read now
 */
export function rereading(path: string, what: string): () => string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new JambusError('bad_config', `the ${what} cannot be read: ${String(error)}`, { cause: error });
  }
  return () => {
    try {
      const now = readFileSync(path, 'utf8');
      if (now !== '') text = now;
    } catch {
      // Kubernetes swaps mounted secrets; what was good a moment ago is tried, and the broker's answer is reported.
    }
    return text;
  };
}
