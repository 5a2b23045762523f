// Makes few files, `dist/bundle`, of a service's `dist/main.js` and the 1,400 modules that it imports: node takes three times as
// much CPU to find and to load them one by one. What is imported later, such as OpenTelemetry's SDK, is a file of its own.
//
//   node deploy/bundle.mjs [folder of a service ...]     by default those in services/

import { readFile, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const SERVICES = ['gateway', 'adapter', 'standalone'];

const ours = resolve(fileURLToPath(import.meta.url), '../../services');
const folders = process.argv.length > 2 ? process.argv.slice(2) : SERVICES.map((service) => join(ours, service));

for (const folder of folders) {
  const outdir = resolve(folder, 'dist/bundle');
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: [resolve(folder, 'dist/main.js')],
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Errors are told apart by their names.
    keepNames: true,
    legalComments: 'eof',
    logLevel: 'error',
    // Packages in CommonJS ask for node's own modules at run time.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
    },
    plugins: [ownPlace(outdir)],
  });
}

/**
 * Modules of ours that look for files, or load packages of compiled code, go on finding them: `import.meta.url` stays what it was.
 */
function ownPlace(bundleFolder) {
  return {
    name: 'own-place',
    setup({ onLoad }) {
      onLoad({ filter: /\/(?:packages|services|@jambus)\/[^/]+\/dist\/.+\.js$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!text.includes('import.meta.url')) return undefined;
        const place = `new URL(${JSON.stringify(pathFrom(bundleFolder, path))}, import.meta.url).href`;
        return { contents: text.replaceAll('import.meta.url', place), loader: 'js' };
      });
    },
  };
}

function pathFrom(folder, file) {
  const path = relative(folder, file);
  return path.startsWith('.') ? path : `./${path}`;
}
