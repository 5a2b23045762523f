const DEFAULT_TIMEOUT_MS = 5000;

/** What the server said to the question for its variables. */
export interface OptionsAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
  /** The declared variables: an array or object; undefined for an answer that declares none. */
  readonly envVars: unknown;
  /** Why the portal could not use the answer; undefined when it could. */
  readonly fault: string | undefined;
}

/**
 * Asks an application for the variables it declares, as the portal does when somebody enters its URL: an HTTP `OPTIONS`, with
 * `ws` read as `http`, and never an upgrade. Any answer is taken: the portal shows no variables then.
 */
export async function askOptions(url: string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<OptionsAnswer> {
  const { target, authorization } = httpTarget(url);
  let response: Response;
  try {
    response = await fetch(target, {
      method: 'OPTIONS',
      headers: { Accept: 'application/json', ...(authorization !== undefined && { Authorization: authorization }) },
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 0, contentType: undefined, body: '', envVars: undefined, fault: reason };
  }
  const body = await response.text();
  const answer = { status: response.status, contentType: response.headers.get('content-type') ?? undefined, body };
  if (!response.ok) return { ...answer, envVars: undefined, fault: `HTTP ${response.status}` };
  if (body.trim() === '') return { ...answer, envVars: undefined, fault: undefined };
  return { ...answer, ...parseVariables(body) };
}

function parseVariables(body: string): Pick<OptionsAnswer, 'envVars' | 'fault'> {
  try {
    const envVars: unknown = JSON.parse(body);
    const usable = typeof envVars === 'object' && envVars !== null;
    return usable ? { envVars, fault: undefined } : { envVars: undefined, fault: 'neither an array nor an object' };
  } catch {
    return { envVars: undefined, fault: 'no JSON' };
  }
}

/** fetch refuses credentials in a URL. */
function httpTarget(text: string): { readonly target: URL; readonly authorization: string | undefined } {
  const target = new URL(text.replace(/^ws/, 'http'));
  const { username, password } = target;
  target.username = '';
  target.password = '';
  target.hash = '';
  if (username === '') return { target, authorization: undefined };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { target, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
