import path from 'node:path';
import { projectRoot } from '../tools/project-root.js';

const compiled = path.join(projectRoot, 'dist');

/** The inputs of a bundle: the compiled entry of the workflows, and the payload converter. */
export const bundleParts = {
  workflowsPath: path.join(compiled, 'src', 'workflows', 'index.js'),
  payloadConverterPath: path.join(compiled, 'src', 'workflows', 'payload-converter.js'),
} as const;

/** Where the build writes the bundle. */
export const bundlePath = path.join(compiled, 'workflow-bundle.js');

/** Each compile rewrites it: a bundle older than it may be of other code. */
export const compileRecord = path.join(compiled, '.tsbuildinfo');
