import { execFile, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';

/** How a command line ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** Added to an environment without ours. Default: an unreachable Temporal. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** An address at which nothing listens. */
const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1' };

const limitMs = 60_000;

/** Runs `slipway` to its end, as a person does. */
export function slipway(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  return startSlipway(args, surroundings).ended;
}

/** Starts `slipway`, for tests that interrupt it. */
export function startSlipway(
  args: readonly string[],
  { env = nowhere, cwd = projectRoot }: Surroundings,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const program = path.join(projectRoot, 'bin', 'slipway.mjs');
  const own = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', TZ: 'UTC', COLUMNS: '160' };
  const { promise: ended, resolve } = withResolvers<Ended>();
  const options = { env: { ...own, ...env }, cwd, timeout: limitMs };
  const child = execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
    const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
    resolve({ code, stdout, stderr });
  });
  return { child, ended };
}

/** `Promise.withResolvers`, which Node 20 has not. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
