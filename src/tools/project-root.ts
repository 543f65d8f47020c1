import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder with Slipway's package.json and its static files (protos, examples, go.mod pins). `SLIPWAY_PROJECT_ROOT` overrides it when the
 * code runs from another folder.
 */
export const projectRoot: string = process.env['SLIPWAY_PROJECT_ROOT'] ?? findRoot();

function findRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder)
      throw new Error('Slipway cannot find its own package.json. Set SLIPWAY_PROJECT_ROOT to its folder.');
    folder = parent;
  }
  return folder;
}
