/** Exit codes of a jambus process, besides 128 + n for a second signal n. */
export const EXIT_CODE = {
  /** Stopped as asked. */
  stopped: 0,
  failed: 1,
  /** An unknown argument. */
  usage: 2,
  /** Settings that cannot be used: EX_CONFIG of sysexits.h. Starting again does not help. */
  badConfig: 78,
} as const;
