import path from 'node:path';
import { projectRoot } from '../tools/project-root.js';

const compiled = path.join(projectRoot, 'dist');

/** What a bundle is made of, wherever one is made: the compiled entry of the workflows, and how payloads are read. */
export const bundleParts = {
  workflowsPath: path.join(compiled, 'src', 'workflows', 'index.js'),
  payloadConverterPath: path.join(compiled, 'src', 'workflows', 'payload-converter.js'),
} as const;

/** Where the build leaves the bundle. */
export const bundlePath = path.join(compiled, 'workflow-bundle.js');

/** Written again by each compile: a bundle older than it may be made of other code. */
export const compileRecord = path.join(compiled, '.tsbuildinfo');
