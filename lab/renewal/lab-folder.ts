import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Files of a lab for Slipway and for people, by their path in the lab's folder. */
export type HandedOver = ReadonlyMap<string, { readonly content: Buffer; readonly mode: number }>;

/** Files of the lab's own processes: etcd's data, their logs, and the list of them. */
const OWN = /^(etcd|logs|pods)(\/|$)|^processes\.json|^\.slipway-lab$|\.jsonl$|\.mine$/;

export function handedOver(directory: string): HandedOver {
  const files = filesIn(directory).map((file): [string, { content: Buffer; mode: number }] => {
    const full = path.join(directory, file);
    return [file, { content: readFileSync(full), mode: statSync(full).mode & 0o777 }];
  });
  return new Map(files);
}

/** Restores changed or removed files, and removes added ones. */
export function restoreHandedOver(directory: string, before: HandedOver): void {
  const now = handedOver(directory);
  for (const file of now.keys()) if (!before.has(file)) rmSync(path.join(directory, file), { force: true });
  for (const [file, { content, mode }] of before) {
    if (now.get(file)?.content.equals(content)) continue;
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), content, { mode });
  }
}

/** Truncates the logs; their writers append. */
export function emptyLogs(logs: Readonly<Record<string, string>>): void {
  for (const file of Object.values(logs)) if (statSync(file, { throwIfNoEntry: false })) truncateSync(file);
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .filter((file) => !OWN.test(file));
}
