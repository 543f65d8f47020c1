import path from 'node:path';
import { findProgram } from '../find-program.js';
import { CommandFailed, runCommand } from '../run-command.js';
import type { Pin } from './pin.js';

/** A build that failed or could not start: one sentence that fits after "from source: ". */
export class BuildFailed extends Error {
  override readonly name = 'BuildFailed';
}

export interface BuildRequest {
  readonly pin: Pin;
  readonly projectRoot: string;
  /** An empty folder for incomplete output. */
  readonly partial: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

export interface Built {
  readonly file: string;
  readonly from: string;
}

/**
 * The oldest Go minor that all of `tools/` was built with. A go.mod there may require a later patch: Go then downloads that toolchain, or
 * reports what is missing where downloads are off.
 */
const OLDEST_GO: readonly [major: number, minor: number] = [1, 26];
const BUILD_TIMEOUT_MS = 60 * 60_000;

/**
 * The machine configures where Go gets modules and keeps its cache: these variables are passed on, as are proxies and certificates.
 * Variables that would change the build are not.
 */
const HANDED_ON: readonly string[] = (
  'PATH HOME GOPATH GOCACHE GOMODCACHE GOPROXY GOSUMDB GONOSUMDB GOPRIVATE GONOPROXY GOAUTH GOMAXPROCS GOMEMLIMIT ' +
  'XDG_CACHE_HOME XDG_CONFIG_HOME HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy ' +
  'SSL_CERT_FILE SSL_CERT_DIR NETRC'
).split(' ');

/**
 * Builds a program from the modules pinned in `tools/`. The flags are the same for every program of a module, so
 * that packages they share are compiled once.
 * @throws BuildFailed with the reason and what to do.
 */
export async function buildFromSource(request: BuildRequest): Promise<Built> {
  const { pin, projectRoot, partial, signal } = request;
  const go = await goVersion(request.env);
  const file = path.join(partial, pin.name);
  const flags = ['-trimpath', '-mod=readonly', '-buildvcs=false', '-ldflags', pin.source.ldflags];
  try {
    await runCommand({
      command: 'go',
      args: ['build', ...flags, '-o', file, pin.source.package],
      cwd: path.join(projectRoot, pin.source.module),
      env: { ...handedOn(request.env), CGO_ENABLED: '0', GOWORK: 'off', GOTMPDIR: partial },
      timeoutMs: BUILD_TIMEOUT_MS,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    throw new BuildFailed(
      `${error.message}\n  (Modules come from Go's proxy or from GOPROXY; they are pinned in ${pin.source.module}.)`,
    );
  }
  return { file, from: `${pin.source.package} with ${go}` };
}

/**
 * The Go on PATH, e.g. `go1.26.8`.
 * @throws BuildFailed when there is none or it is too old.
 */
export async function goVersion(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const oldest = OLDEST_GO.join('.');
  if (findProgram('go', env['PATH'] ?? '') === undefined) {
    throw new BuildFailed(
      `there is no Go on PATH. Install Go ${oldest} or later (https://go.dev/dl), or let releases be downloaded`,
    );
  }
  // Asked outside any module, where GOTOOLCHAIN would not fetch another one first.
  const { stdout } = await runCommand({
    command: 'go',
    args: ['version'],
    cwd: '/',
    env: handedOn(env),
    timeoutMs: 20_000,
  });
  const match = /\bgo(?<major>\d+)\.(?<minor>\d+)\S*/.exec(stdout);
  const major = Number(match?.groups?.['major']);
  const minor = Number(match?.groups?.['minor']);
  if (match && (major > OLDEST_GO[0] || (major === OLDEST_GO[0] && minor >= OLDEST_GO[1]))) return match[0];
  throw new BuildFailed(
    `the Go on PATH is "${stdout.trim()}", wanted is ${oldest} or later (https://go.dev/dl)`,
  );
}

function handedOn(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const pairs = HANDED_ON.map((name) => [name, env[name]] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
