/**
 * Waits for all, then throws what the first that failed has thrown. `Promise.all` throws while others are under way still,
 * and whoever tries again then does their work twice.
 */
export async function allOf(works: Iterable<Promise<unknown>>): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
