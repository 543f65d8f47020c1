import { mkdir, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import { projectRoot } from '../../src/tools/project-root.js';

/** The compiled workflows of releases, and what they import of ours: file by file, as one JSON object in a gzip. */
const kept = path.join(projectRoot, 'test', 'replay', 'releases');

/** What workflows may import. */
const folders = ['workflows', 'planning'] as const;

/**
 * Keeps the workflows as they are compiled in a checkout, so that a worker of that release can be started later.
 *
 * @param checkout its root; compiled.
 */
export async function keepRelease(name: string, checkout: string): Promise<string> {
  const files: Record<string, string> = {};
  for (const folder of folders) {
    const from = path.join(checkout, 'dist', 'src', folder);
    for (const entry of (await readdir(from, { recursive: true })).toSorted())
      if (entry.endsWith('.js'))
        files[path.join(folder, entry)] = withoutMap(await readFile(path.join(from, entry), 'utf8'));
  }
  const file = path.join(kept, `${name}.json.gz`);
  await mkdir(kept, { recursive: true });
  await writeFile(file, await promisify(gzip)(JSON.stringify(files), { level: 9 }));
  return file;
}

/** Bundles the workflows of a release for a worker. @returns the bundle's file. */
export async function bundleRelease(name: string): Promise<string> {
  const packed = await readFile(path.join(kept, `${name}.json.gz`));
  const files = JSON.parse((await promisify(gunzip)(packed)).toString()) as Record<string, string>;
  // Inside the project: from there its packages are found.
  await mkdir(path.join(projectRoot, '.slipway'), { recursive: true });
  const folder = await mkdtemp(path.join(projectRoot, '.slipway', `release-${name}-`));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  const workflowsPath = path.join(folder, 'workflows', 'index.js');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const bundle = path.join(folder, 'workflow-bundle.js');
  await writeFile(bundle, code);
  return bundle;
}

function withoutMap(code: string): string {
  return code.replace(/\/\/# sourceMappingURL=.*\n?$/, '');
}
