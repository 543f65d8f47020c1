import { execFile } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';

/** How a command line ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where nothing answers. */
export const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

const limitMs = 60_000;

/** Runs `slipway` as a person does, with an environment of its own. */
export function slipway(
  args: readonly string[],
  { env = nowhere, cwd = projectRoot }: { env?: Readonly<Record<string, string>>; cwd?: string } = {},
): Promise<Ended> {
  const program = path.join(projectRoot, 'bin', 'slipway.mjs');
  const own = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', TZ: 'UTC', COLUMNS: '160' };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { env: { ...own, ...env }, cwd, timeout: limitMs },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}
