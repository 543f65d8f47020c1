import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** The process that listens on a port, if this user may see it. */
export interface PortOwner {
  readonly pid: number;
  /** The program's name, without its arguments: those may hold secrets. */
  readonly program: string;
}

/** The state LISTEN in /proc/net/tcp. */
const listening = '0A';

/** Finds the process that listens on a TCP port of this machine; undefined when this user may not see it. */
export function portOwner(port: number): PortOwner | undefined {
  const sockets = new Set(listeningSockets(port).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  for (const pid of readFolder('/proc').filter((name) => /^\d+$/.test(name))) {
    const files = `/proc/${pid}/fd`;
    if (readFolder(files).some((file) => sockets.has(readLink(path.join(files, file))))) {
      return { pid: Number(pid), program: programOf(pid) };
    }
  }
  return undefined;
}

/** Inodes of the sockets: the tenth column of /proc/net/tcp, whose second is `ADDRESS:PORT` in hexadecimal. */
function listeningSockets(port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readText(file)
      .split('\n')
      .map((row) => row.trim().split(/\s+/))
      .filter(([, local, , state]) => local?.endsWith(wanted) === true && state === listening)
      .flatMap((columns) => columns[9] ?? []),
  );
}

function programOf(pid: string): string {
  const [program = ''] = readText(`/proc/${pid}/cmdline`).split('\0');
  return path.basename(program) || readText(`/proc/${pid}/comm`).trim() || 'unknown';
}

/** A process may end meanwhile, or belong to another user: then it has no readable files. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readLink(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
