import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Where a program is, as a shell would find it.
 * @param name A name, or a path (anything with a slash), relative to `cwd`.
 * @param searchPath Value of PATH: folders separated by colons.
 * @returns An absolute path, or undefined when there is no such executable file.
 */
export function findProgram(name: string, searchPath: string, cwd = process.cwd()): string | undefined {
  const candidates = name.includes('/')
    ? [path.resolve(cwd, name)]
    : searchPath.split(path.delimiter).map((folder) => path.resolve(cwd, folder, name));
  return candidates.find(isExecutableFile);
}

/** True for a file that we may execute. */
export function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
