import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import { projectRoot } from '../tools/project-root.js';

/** The compiled entry of the workflows. */
export const workflowsPath = fileURLToPath(new URL('../workflows/index.js', import.meta.url));

/** Bundles the workflows once, at build time: workers then start in a second, and all run the same code. */
async function writeBundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  await writeFile(path.join(projectRoot, 'dist', 'workflow-bundle.js'), code);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await writeBundle();
