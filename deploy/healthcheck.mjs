// Asks a service how it is, for engines that run a command for that: the image has no curl.
// node healthcheck.mjs http://127.0.0.1:3001/healthz
import { get } from 'node:http';
import { get as getByTls } from 'node:https';

const TIMEOUT_MS = 2_000;

const [, , url = ''] = process.argv;

function ask(method, address, options = {}) {
  return new Promise((resolve, reject) => {
    method(address, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }, async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString();
      resolve({ status: answer.statusCode, text });
    }).on('error', reject);
  });
}

// A gateway with JAMBUS_LINK_TLS_CERT speaks TLS only. Its certificate is not for 127.0.0.1, which is nobody else anyway.
const secureUrl = url.replace(/^http:/, 'https:');
const answer = await ask(get, url).catch((error) =>
  ask(getByTls, secureUrl, { rejectUnauthorized: false }).catch(() => Promise.reject(error)),
);
// Docker keeps what is printed with the result of the check.
process.stdout.write(`${answer.status} ${answer.text}\n`);
process.exit(answer.status === 200 ? 0 : 1);
