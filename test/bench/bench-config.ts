import { loadConfig, StandaloneConfig } from '@jambus/schema';

/** Of a gateway and adapter that are measured in one process: free ports, no log, and calls that may idle. */
export function benchConfig(): StandaloneConfig {
  return loadConfig(StandaloneConfig, {
    JAMBUS_WEBSOCKET_PORT: '0',
    JAMBUS_LINK_PORT: '0',
    JAMBUS_ADMIN_PORT: '0',
    JAMBUS_UNCLAIMED_AFTER_MS: '0',
    JAMBUS_DRAIN_MS: '0',
    JAMBUS_LOG_LEVEL: 'fatal',
  });
}
