import { stat } from 'node:fs/promises';
import path from 'node:path';
import { describe } from '../../planning/reasons/describe.js';
import { openCluster } from '../../tools/cluster-access.js';
import { loadDialMap } from '../../tools/dial-map.js';
import { proveSnapshot, snapshotStatus, storeEncrypted } from '../../tools/etcd-snapshot.js';
import { whyNot } from '../../tools/observe-cluster.js';
import { readSnapshot } from '../../tools/read-snapshot.js';
import { Refusal } from '../../tools/refusal.js';
import { manualSnapshotName } from '../../tools/snapshot-folder.js';
import { sweepStepFolders } from '../../tools/step-folder.js';
import { toolPath } from '../../tools/tool-path.js';
import { sizeText } from '../age-text.js';
import { declaredCluster, type DeclaredCluster } from '../declared-cluster.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { sayReasons } from '../say-reasons.js';
import { addressesIn } from '../../planning/node/node-address.js';
import { sentence } from '../../planning/text/sentence.js';
import { print, printJson, say } from '../terminal.js';
import { untilInterrupted } from '../until-interrupted.js';
import { snapshotFolder } from './snapshot-list.js';

export interface SnapshotTakeOptions {
  readonly file: string;
  readonly json?: boolean;
}

/** What was taken and stored. */
interface Taken {
  readonly file: string;
  readonly takenAt: string;
  /** The control plane whose etcd member it was read from. */
  readonly from: string;
  /** As stored, encrypted. */
  readonly bytes: number;
  readonly sha256: string;
  readonly revision: number;
  readonly keys: number;
}

/** Takes an etcd snapshot now, as a run does: read, restored into an empty folder and compared, encrypted, stored. */
export async function snapshotTake({ file, json }: SnapshotTakeOptions): Promise<ExitCode> {
  const declared = await declaredCluster(file);
  const { cluster } = declared.inventory;
  await sweepStepFolders();
  try {
    const taken = await untilInterrupted((signal) => take(declared, signal));
    if (json) printJson({ cluster, ...taken });
    else print(takenText(cluster, taken));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (!error.reason.kind.startsWith('snapshot-'))
      sayReasons([error.reason], { cluster, address: addressesIn(declared.inventory.nodes) });
    else {
      say(sentence(describe(error.reason)));
      say(
        '  slipway doctor  # which control planes and which etcd members answer, and whether the folder has room',
      );
    }
    return exitCodes.refused;
  }
}

async function take(declared: DeclaredCluster, signal: AbortSignal): Promise<Taken> {
  const { inventory, base } = declared;
  const etcdutl = await toolPath('etcdutl');
  const access = await openCluster(inventory, { base, dialMap: loadDialMap() });
  try {
    const { folder } = await access.folder();
    const clear = path.join(folder, 'etcd.snapshot');
    const from = await readSnapshot(access, clear, { limitMs: inventory.limits.snapshot, signal });
    const takenAt = new Date().toISOString();
    const status = await failingAs('snapshot-failed', signal, () => snapshotStatus(etcdutl, clear, signal));
    const restored = await failingAs('snapshot-unproven', signal, () =>
      proveSnapshot(etcdutl, clear, folder, signal),
    );
    if (restored.revision !== status.revision) {
      const why = `it restores to revision ${restored.revision}, and was taken at ${status.revision}`;
      throw new Refusal({ kind: 'snapshot-unproven', why });
    }
    const target = path.join(snapshotFolder(declared), manualSnapshotName(inventory.cluster, takenAt));
    const sha256 = await failingAs('snapshot-failed', signal, () =>
      storeEncrypted(clear, inventory.snapshot.recipient, target),
    );
    const { size } = await stat(target);
    return { file: target, takenAt, from, bytes: size, sha256, revision: status.revision, keys: status.keys };
  } finally {
    await access.close();
  }
}

async function failingAs<T>(
  kind: 'snapshot-failed' | 'snapshot-unproven',
  signal: AbortSignal,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (signal.aborted || error instanceof Refusal) throw error;
    throw new Refusal({ kind, why: whyNot(error) }, { cause: error });
  }
}

function takenText(cluster: string, taken: Taken): string {
  return [
    taken.file,
    `  ${cluster}, from ${taken.from}: revision ${taken.revision}, ${taken.keys} keys, ${sizeText(taken.bytes)}, encrypted.`,
    '  It was restored into an empty folder and compared. To start a full etcd on it, type:',
    `  slipway snapshot prove ${path.basename(taken.file)} --identity FILE`,
  ].join('\n');
}
