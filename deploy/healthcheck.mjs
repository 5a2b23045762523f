// Asks a service how it is, for engines that run a command for that: the image has no curl.
// node healthcheck.mjs http://127.0.0.1:3001/healthz
const TIMEOUT_MS = 2_000;

const [, , url = ''] = process.argv;
const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
// Docker keeps what is printed with the result of the check.
process.stdout.write(`${answer.status} ${await answer.text()}\n`);
process.exit(answer.ok ? 0 : 1);
