/** How many inputs each property of the bus gets: a few thousand, or as many as somebody has time for. */
export const BUS_FUZZ_RUNS = Number(process.env['JAMBUS_TEST_FUZZ_RUNS'] ?? 2_000);

/** How long a property may take, ms: a million inputs take minutes. */
export const BUS_FUZZ_MS = Math.max(20_000, BUS_FUZZ_RUNS * 5);
