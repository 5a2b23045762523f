import { type AdapterConfig, JambusError, variableName } from '@jambus/schema';

type Setting = keyof AdapterConfig;

/** What settings lack of each other: the rules of a config schema only see settings that are there. */
export interface Faults {
  /** All of these settings, or none. */
  together(...settings: readonly Setting[]): void;
  /** `setting` is of no use without `needed`, for a reason such as `for scram-sha-256`. */
  needs(setting: Setting, needed: readonly Setting[]): void;
  add(fault: string): void;
  /** @throws JambusError `bad_config` with a line for each fault */
  throwIfAny(): void;
}

export function faultsOf(config: AdapterConfig): Faults {
  const faults: string[] = [];
  const isSet = (setting: Setting): boolean => config[setting] !== undefined;
  return {
    together: (...settings) => {
      if (settings.every(isSet) || !settings.some(isSet)) return;
      const expected = settings.length === 2 ? 'both or neither' : 'all or none';
      faults.push(`${settings.map(variableName).join(', ')}: expected ${expected}`);
    },
    needs: (setting, needed) => {
      const missing = needed.filter((other) => !isSet(other));
      if (!isSet(setting) || missing.length === 0) return;
      faults.push(`${variableName(setting)}: expected ${missing.map(variableName).join(' and ')} with it`);
    },
    add: (fault) => faults.push(fault),
    throwIfAny: () => {
      if (faults.length > 0) throw new JambusError('bad_config', faults.join('\n'));
    },
  };
}
