import type { JambusError } from '@jambus/schema';
import type { Logger } from '@jambus/telemetry';

export interface StrayLogOptions {
  readonly logger: Logger;
  /** An adapter was turned away. */
  readonly refused: () => void;
}

/** Says why links end before their adapter is linked: once for each reason, since adapters dial again and again. */
export interface StrayLog {
  tell(adapter: string, error: JambusError | undefined): void;
}

/** Reasons that are remembered; past them the log says no more. */
const MOST_REASONS = 16;

export function createStrayLog({ logger, refused }: StrayLogOptions): StrayLog {
  const told = new Set<string>();
  return {
    tell(adapter, error) {
      if (error?.code === 'link_refused') refused();
      const reason = error?.message ?? 'closed before it said who it is';
      const isNew = !told.has(reason) && told.size < MOST_REASONS;
      if (isNew) told.add(reason);
      const what = 'adapter not linked';
      if (isNew) logger.warn({ adapter, reason }, what);
      else logger.debug({ adapter, reason }, what);
    },
  };
}
