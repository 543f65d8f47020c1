import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file so that a reader sees the old text or the new one, never half of it. */
export function writeAtomically(file: string, text: string, mode = 0o600): void {
  const next = `${file}.${process.pid}.next`;
  writeFileSync(next, text, { mode });
  renameSync(next, file);
}
