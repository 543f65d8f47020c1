import { open } from 'node:fs/promises';
import { constants } from 'node:fs';
import path from 'node:path';

/** A file that slipway.yaml names: its text, or why it cannot be read. */
export type NamedFile = { readonly text: string } | { readonly unreadable: string };

/** Reads a named file by its path, relative to the folder of slipway.yaml. */
export type ReadNamedFile = (name: string) => NamedFile;
/** Reads a named file asynchronously, from a disk or a git commit. It throws where a retry may help. */
export type FetchNamedFile = (name: string) => Promise<NamedFile>;

/** Maximum size of a named file. Terraform's variable files have some kilobytes. */
export const namedFileBytesMax = 256 * 1024;

/** Reads files beside an inventory on disk. */
export function filesBeside(inventoryFile: string): FetchNamedFile {
  const folder = path.dirname(path.resolve(inventoryFile));
  return async (name) => {
    try {
      const { text, larger } = await readBounded(path.resolve(folder, name), {
        bytesMax: namedFileBytesMax,
        onlyRegular: true,
      });
      return larger ? { unreadable: `it is larger than ${namedFileBytesMax / 1024} KiB` } : { text };
    } catch (error) {
      return { unreadable: error instanceof Error ? error.message : String(error) };
    }
  };
}

/**
 * Reads a file, at most so many bytes of it.
 *
 * @param bounds `onlyRegular`: refuses pipes, which could block for ever.
 * @throws the system's error.
 */
export async function readBounded(
  file: string,
  { bytesMax, onlyRegular = false }: { bytesMax: number; onlyRegular?: boolean },
): Promise<{ readonly text: string; readonly larger: boolean }> {
  const handle = await open(file, constants.O_RDONLY | (onlyRegular ? constants.O_NONBLOCK : 0));
  try {
    if (onlyRegular && !(await handle.stat()).isFile()) throw new Error('it is no regular file');
    const buffer = Buffer.alloc(bytesMax + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
      length += bytesRead;
      if (bytesRead > 0 && length < buffer.length) continue;
      return { text: buffer.toString('utf8', 0, length), larger: length > bytesMax };
    }
  } finally {
    await handle.close();
  }
}
