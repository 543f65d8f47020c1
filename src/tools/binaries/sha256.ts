import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** SHA-256 of a file, in lower-case hex. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * The sum a checksum file gives for one file.
 * @param text Lines of `sum  name` (`*name` in binary mode, folders before the name are ignored), or one sum alone.
 * @param name The file's name without folder.
 * @returns lower-case hex, or undefined when the file does not name it.
 */
export function sumIn(text: string, name: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  for (const line of lines) {
    const match = /^(?<sum>[0-9a-f]{64})(?:\s+\*?(?<file>\S+))?$/i.exec(line);
    if (!match?.groups) continue;
    const { sum = '', file } = match.groups;
    const ofThisFile =
      file === undefined ? lines.filter(Boolean).length === 1 : file.split('/').at(-1) === name;
    if (ofThisFile) return sum.toLowerCase();
  }
  return undefined;
}
