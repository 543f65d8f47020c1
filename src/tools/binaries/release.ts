import path from 'node:path';
import { findProgram } from '../find-program.js';
import { CommandFailed, runCommand } from '../run-command.js';
import type { Downloads, OnBytes } from './download.js';
import { DownloadFailed } from './download.js';
import type { Architecture, Pin } from './pin.js';
import { sha256Of, sumIn } from './sha256.js';

export interface ReleaseRequest {
  readonly pin: Pin;
  readonly architecture: Architecture;
  readonly downloads: Downloads;
  /** An empty folder for incomplete files. */
  readonly partial: string;
  readonly onBytes?: OnBytes;
  readonly signal?: AbortSignal | undefined;
}

/** A program from its project's own release. */
export interface Released {
  /** The program, not yet executable and its version not yet checked. */
  readonly file: string;
  readonly from: string;
}

const EXTRACT_TIMEOUT_MS = 120_000;

/** The command that extracts one file from an archive, by the end of its name. Node has no reader for either format. */
const UNPACKERS: Readonly<Record<string, Unpacker>> = {
  '.tar.gz': {
    command: 'tar',
    args: (archive, member, folder) => ['-xzf', archive, '-C', folder, '--no-same-owner', '--', member],
  },
  '.zip': {
    command: 'unzip',
    args: (archive, member, folder) => ['-q', '-o', archive, member, '-d', folder],
  },
};

interface Unpacker {
  readonly command: string;
  readonly args: (archive: string, member: string, folder: string) => readonly string[];
}

/**
 * Downloads a release and verifies it before anything in it is opened: against the SHA-256 of the pin where there is one, else against the
 * release's own checksum file. Nothing unverified leaves this function.
 * @throws DownloadFailed with the reason.
 */
export async function getRelease(request: ReleaseRequest): Promise<Released> {
  const { pin, architecture, downloads, partial, signal } = request;
  const url = fillIn(pin.release.url, pin, architecture);
  const name = path.posix.basename(new URL(url).pathname);
  const unpacker = pin.release.member === undefined ? undefined : unpackerOf(name);
  if (unpacker && !downloads.isKnownSilent(url)) assertCanUnpack(unpacker, name);
  // The sum first: it is small, and shows at once whether the host responds and has this version.
  const wanted = pin.release.sha256?.[architecture] ?? (await sumFromRelease(request, name));
  const download = path.join(partial, name);
  await downloads.file(url, download, request.onBytes, signal);
  const found = await sha256Of(download);
  if (found !== wanted) {
    throw new DownloadFailed(
      `${downloads.addressOf(url)} is not what was published: its SHA-256 is ${found}, not ${wanted}. It was not used`,
    );
  }
  if (pin.release.member === undefined || !unpacker) return { file: download, from: url };
  const member = fillIn(pin.release.member, pin, architecture);
  return { file: await extract(unpacker, download, member, partial, signal), from: url };
}

function unpackerOf(name: string): Unpacker {
  const unpacker = Object.entries(UNPACKERS).find(([end]) => name.endsWith(end))?.[1];
  if (!unpacker) throw new Error(`${name} is no archive that can be unpacked`);
  return unpacker;
}

/** Checked before the download, which would be wasted. */
function assertCanUnpack({ command }: Unpacker, name: string): void {
  if (findProgram(command, process.env['PATH'] ?? '') !== undefined) return;
  throw new DownloadFailed(`${name} is unpacked with ${command}, which is not on PATH. Install ${command}`);
}

async function sumFromRelease(request: ReleaseRequest, name: string): Promise<string> {
  const { pin, architecture, downloads, signal } = request;
  const url = fillIn(pin.release.checksums, pin, architecture);
  const sum = sumIn(await downloads.text(url, signal), name);
  if (sum === undefined) throw new DownloadFailed(`${downloads.addressOf(url)} has no SHA-256 of ${name}`);
  return sum;
}

async function extract(
  { command, args }: Unpacker,
  archive: string,
  member: string,
  partial: string,
  signal?: AbortSignal,
): Promise<string> {
  try {
    await runCommand({
      command,
      args: args(archive, member, partial),
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
  const named = pin.release.architectures?.[architecture] ?? architecture;
  return template.replaceAll('{version}', pin.version).replaceAll('{arch}', named);
}
