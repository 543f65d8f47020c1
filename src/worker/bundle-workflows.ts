// A program: bundles the workflows once, at build time. Workers then start in a second, and all run the same code.
import { writeFile } from 'node:fs/promises';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import { bundleParts, bundlePath } from './workflow-bundle.js';

const { code } = await bundleWorkflowCode({ ...bundleParts, logger: new DefaultLogger('WARN') });
await writeFile(bundlePath, code);
