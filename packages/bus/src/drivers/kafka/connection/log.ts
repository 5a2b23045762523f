import { JambusError } from '@jambus/schema';
import type { LogEntry, logCreator } from 'kafkajs';

/** What the client's own log is good for. */
export interface ClientLog {
  readonly create: logCreator;
  /** What a broker answered last that was an error: the client swallows it where it looks for the coordinator of a group. */
  readonly lastRefusal: () => string | undefined;
}

/**
 * What the client finds worth an entry comes back as an error where it matters, or passes. The few things that it tells
 * nobody else are passed on.
 */
export function clientLog(
  onTrouble: (error: JambusError) => void,
  onPositionLost: (partition: number) => void,
): ClientLog {
  let lastRefusal: string | undefined;
  const take = ({ namespace, log }: LogEntry): void => {
    if (namespace === 'Connection' && log.message.startsWith('Response ') && typeof log['error'] === 'string') {
      lastRefusal = log['error'];
    }
    if (namespace !== 'ConsumerGroup') return;
    if (log.message.startsWith('Offset out of range, resetting')) onPositionLost(Number(log['partition']));
    const told = tellable(log);
    if (told !== undefined) onTrouble(told);
  };
  return { create: () => take, lastRefusal: () => lastRefusal };
}

function tellable({ message, ...details }: LogEntry['log']): JambusError | undefined {
  if (message.startsWith('Consumer group received unsubscribed topics')) {
    const topics = String(details['topicsNotSubscribed']);
    const group = JSON.stringify(details['groupId']);
    return new JambusError('bad_config', `consumer group ${group} is used for ${topics} too; give one of them another`);
  }
  return undefined;
}
