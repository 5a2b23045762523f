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
export function clientLog(onTrouble: (error: JambusError) => void): ClientLog {
  let lastRefusal: string | undefined;
  const take = ({ namespace, log }: LogEntry): void => {
    if (namespace === 'Connection' && log.message.startsWith('Response ') && typeof log['error'] === 'string') {
      lastRefusal = log['error'];
    }
    const told = namespace === 'ConsumerGroup' ? tellable(log) : undefined;
    if (told !== undefined) onTrouble(told);
  };
  return { create: () => take, lastRefusal: () => lastRefusal };
}

function tellable({ message, ...details }: LogEntry['log']): JambusError | undefined {
  if (message.startsWith('Offset out of range')) {
    const where = `partition ${String(details['partition'])} of ${String(details['topic'])}`;
    return new JambusError('bus_unavailable', `${where} has lost what comes next; reading goes on where it begins now`);
  }
  if (message.startsWith('Consumer group received unsubscribed topics')) {
    const topics = String(details['topicsNotSubscribed']);
    const group = JSON.stringify(details['groupId']);
    return new JambusError('bad_config', `consumer group ${group} is used for ${topics} too; give one of them another`);
  }
  return undefined;
}
