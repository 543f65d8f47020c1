import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import { projectRoot } from '../tools/project-root.js';

/** The compiled entry of the workflows. */
const workflowsPath = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
const payloadConverterPath = fileURLToPath(new URL('../workflows/payload-converter.js', import.meta.url));

/** What a bundle is made of, wherever one is made. */
export const bundleParts = { workflowsPath, payloadConverterPath } as const;

/** Where the build leaves the bundle. */
export const bundlePath = path.join(projectRoot, 'dist', 'workflow-bundle.js');

/** Written anew by each compile: a bundle older than it may be made of other code. */
export const compileRecord = path.join(projectRoot, 'dist', '.tsbuildinfo');

/** Bundles the workflows once, at build time: workers then start in a second, and all run the same code. */
async function writeBundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({ ...bundleParts, logger: new DefaultLogger('WARN') });
  await writeFile(bundlePath, code);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await writeBundle();
