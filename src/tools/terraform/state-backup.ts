import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { storeEncrypted } from '../etcd-snapshot.js';
import type { StepFolder } from '../step-folder.js';

/** The folder of the states, and their recipient. */
export interface StateBackups {
  readonly folder: string;
  /** An age recipient: a state holds secrets in clear. */
  readonly recipient: string;
  readonly cluster: string;
}

/** A stored, encrypted state. */
export interface KeptState {
  readonly file: string;
  readonly sha256: string;
}

/** At least this many are kept … */
const keptMin = 30;
/** … and each at least this long. */
const keptMs = 30 * 24 * 60 * 60_000;

/**
 * Stores a state, encrypted and readable for this user only, and removes the oldest ones beyond both limits. States that the backend
 * rejected (`unwritten`) are never removed.
 *
 * @param clear a file of the step's folder.
 */
export async function keepState(
  clear: string,
  { folder, recipient, cluster }: StateBackups,
  kind: 'backup' | 'unwritten',
  at = new Date(),
): Promise<KeptState> {
  const moment = at.toISOString().replaceAll(/[:.]/g, '-');
  const file = path.join(folder, `${cluster}-${kind}-${moment}.tfstate.age`);
  const sha256 = await storeEncrypted(clear, recipient, file);
  if (kind === 'backup') await removeOld(folder, cluster, at.getTime());
  return { file, sha256 };
}

/** Stores a state given as text. */
export async function keepStateText(
  text: string,
  backups: StateBackups,
  step: StepFolder,
): Promise<KeptState> {
  const clear = await step.write('state.tfstate', text);
  try {
    return await keepState(clear, backups, 'backup');
  } finally {
    await rm(clear, { force: true });
  }
}

/** Sorted by name, which contains the time. */
async function removeOld(folder: string, cluster: string, now: number): Promise<void> {
  const own = new RegExp(String.raw`^${cluster}-backup-\d{4}-[\dTZ-]+\.tfstate\.age$`);
  const names = (await readdir(folder)).filter((name) => own.test(name)).toSorted();
  for (const name of names.slice(0, -keptMin)) {
    const file = path.join(folder, name);
    if (now - (await stat(file)).mtimeMs > keptMs) await rm(file, { force: true });
  }
}
