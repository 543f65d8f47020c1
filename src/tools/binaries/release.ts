import path from 'node:path';
import { CommandFailed, runCommand } from '../run-command.js';
import type { Downloads, OnBytes } from './download.js';
import { DownloadFailed } from './download.js';
import type { Architecture, Pin } from './pins.js';
import { sha256Of, sumIn } from './sha256.js';

export interface ReleaseRequest {
  readonly pin: Pin;
  readonly architecture: Architecture;
  readonly downloads: Downloads;
  /** An empty folder for what is not finished. */
  readonly partial: string;
  readonly onBytes?: OnBytes;
  readonly signal?: AbortSignal | undefined;
}

/** A program from its project's own release. */
export interface Released {
  /** The program, not yet executable and not yet asked for its version. */
  readonly file: string;
  readonly from: string;
}

const EXTRACT_TIMEOUT_MS = 120_000;

/**
 * Gets a release and checks it before anything of it is opened: against the SHA-256 in the pin where there is one,
 * else against the release's own checksum file. Nothing unchecked leaves this function.
 * @throws DownloadFailed with the reason.
 */
export async function getRelease(request: ReleaseRequest): Promise<Released> {
  const { pin, architecture, downloads, partial, signal } = request;
  const url = fillIn(pin.release.url, pin, architecture);
  const name = path.posix.basename(new URL(url).pathname);
  // The sum first: it is small, and tells at once whether the host answers and knows this version.
  const wanted = pin.release.sha256?.[architecture] ?? (await sumFromRelease(request, name));
  const download = path.join(partial, name);
  await downloads.file(url, download, request.onBytes, signal);
  const found = await sha256Of(download);
  if (found !== wanted) {
    throw new DownloadFailed(
      `${downloads.addressOf(url)} is not what was published: its SHA-256 is ${found}, not ${wanted}. It was not used`,
    );
  }
  if (pin.release.member === undefined) return { file: download, from: url };
  return {
    file: await extract(download, fillIn(pin.release.member, pin, architecture), partial, signal),
    from: url,
  };
}

async function sumFromRelease(request: ReleaseRequest, name: string): Promise<string> {
  const { pin, architecture, downloads, signal } = request;
  const url = fillIn(pin.release.checksums, pin, architecture);
  const sum = sumIn(await downloads.text(url, signal), name);
  if (sum === undefined) throw new DownloadFailed(`${downloads.addressOf(url)} has no SHA-256 of ${name}`);
  return sum;
}

async function extract(
  archive: string,
  member: string,
  partial: string,
  signal?: AbortSignal,
): Promise<string> {
  try {
    await runCommand({
      command: 'tar',
      args: ['-xzf', archive, '-C', partial, '--no-same-owner', '--', member],
      timeoutMs: EXTRACT_TIMEOUT_MS,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    throw new DownloadFailed(`${member} cannot be taken out of ${path.basename(archive)}: ${error.message}`);
  }
  return path.join(partial, member);
}

function fillIn(template: string, pin: Pin, architecture: Architecture): string {
  return template.replaceAll('{version}', pin.version).replaceAll('{arch}', architecture);
}
