/** One thing that health or readiness depends on. */
export interface Check {
  readonly ok: boolean;
  /** For people: why not, or since when. */
  readonly detail?: string;
}

/** Named checks; the whole is good when each of them is. */
export type Report = Readonly<Record<string, Check>>;

/** Whether the process should be left running. A check that fails here gets it restarted, calls or not: be slow to fail. */
export type HealthReport = Report;

/** Whether new work should be sent here. */
export type ReadinessReport = Report;

/** The body that a report is answered with, and its HTTP status. */
export function answerOf(report: Report): {
  status: 200 | 503;
  body: { status: 'ok' | 'unavailable'; checks: Report };
} {
  const ok = Object.values(report).every((check) => check.ok);
  return { status: ok ? 200 : 503, body: { status: ok ? 'ok' : 'unavailable', checks: report } };
}
