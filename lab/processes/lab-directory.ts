import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Marks a folder as created by a lab, which may empty it. */
const MARK = '.slipway-lab';
/** Database of a Temporal that outlives the lab where that is requested. */
const TEMPORAL_DATABASE = /^temporal\.db/;

/**
 * Creates the folder of a lab, or empties an earlier lab's.
 *
 * @throws when the folder holds files that no lab put there
 */
export function prepareLabDirectory(directory: string, options: { readonly keepTemporal: boolean }): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const there = readdirSync(directory);
  if (there.length > 0 && !existsSync(path.join(directory, MARK))) {
    throw new Error(
      `${directory} holds files that no lab put there (${there.slice(0, 3).join(', ')}…). Name another folder with --dir.`,
    );
  }
  for (const name of there) {
    if (name === MARK || (options.keepTemporal && TEMPORAL_DATABASE.test(name))) continue;
    rmSync(path.join(directory, name), { recursive: true, force: true });
  }
  writeFileSync(
    path.join(directory, MARK),
    'Made by a Slipway lab, which empties this folder when it starts again.\n',
  );
  mkdirSync(path.join(directory, 'logs'), { mode: 0o700 });
}
