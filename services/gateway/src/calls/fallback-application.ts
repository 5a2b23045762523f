import { createCommandParser, describeFaults, JambusError } from '@jambus/schema';

/** Keeps the call open for whoever takes it: when its verbs have run out jambonz waits for commands. */
const DEFAULT_FALLBACK = [{ verb: 'pause', length: 1 }];

/**
 * The application for calls that nobody answered, as the JSON that goes on the wire. It is checked as strictly as the
 * open-source server does: one unknown property and every such call would be rejected.
 *
 * @param verbs the setting, or undefined for the default
 * @throws JambusError `bad_config` when jambonz would not take it
 */
export function fallbackApplication(verbs: readonly unknown[] = DEFAULT_FALLBACK): Buffer {
  const checked = createCommandParser().parse(
    Buffer.from(JSON.stringify({ type: 'ack', msgid: 'fallback', data: verbs })),
  );
  if (!checked.ok) {
    throw new JambusError('bad_config', `JAMBUS_FALLBACK_APPLICATION: ${describeFaults(checked.faults)}`);
  }
  return Buffer.from(JSON.stringify(verbs));
}
