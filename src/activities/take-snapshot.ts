import path from 'node:path';
import { describe } from '../planning/reasons/describe.js';
import { listed } from '../planning/text/phrases.js';
import type { SnapshotRecord } from '../planning/report/run-result.js';
import { toolPath } from '../tools/tool-path.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { proveSnapshot, snapshotStatus, storeEncrypted } from '../tools/etcd-snapshot.js';
import { whyNot } from '../tools/observe-cluster.js';
import { readFromMembers } from '../tools/read-snapshot.js';
import { Refusal } from '../tools/refusal.js';
import { inCluster, type ActivitySettings, type RunReference, type Wait } from './activity-context.js';

export interface TakeSnapshot extends RunReference {
  /** The control plane node that is next: its own member is asked last. */
  readonly before: string;
  /** Restore it into an empty folder and compare. */
  readonly prove: boolean;
  readonly limit: number;
}

/** Reads a snapshot from a healthy member, verifies it, proves it where asked, and stores it encrypted (I3). */
export async function takeSnapshot(settings: ActivitySettings, step: TakeSnapshot): Promise<SnapshotRecord> {
  const { before, prove, limit, ...reference } = step;
  return inCluster(
    settings,
    reference,
    'an etcd snapshot is taken, verified and stored',
    async (access, wait) => {
      const folder = await access.folder();
      const etcdutl = await toolPath('etcdutl');
      const clear = path.join(folder.folder, 'etcd.snapshot');
      const end = wait.endOf(limit);
      wait.says('an etcd snapshot is taken', end);
      const from = await readFromSomeMember(access, wait, before, clear, end);
      const status = await failingAs('snapshot-failed', () => snapshotStatus(etcdutl, clear, wait.signal));
      if (prove) {
        wait.says('the etcd snapshot is restored into an empty folder and compared', end);
        const restored = await failingAs('snapshot-unproven', () =>
          proveSnapshot(etcdutl, clear, folder.folder, wait.signal),
        );
        if (restored.revision !== status.revision) {
          const why = `it restores to revision ${restored.revision}, and was taken at ${status.revision}`;
          throw new Refusal({ kind: 'snapshot-unproven', why });
        }
      }
      const takenAt = new Date().toISOString();
      const file = `${reference.cluster}-run${reference.run}-${takenAt.replaceAll(/[:.]/g, '-')}.etcd.age`;
      const { directory, recipient } = access.inventory.snapshot;
      const target = path.resolve(
        (await settings.inputOf(reference.cluster, reference.run)).base,
        directory,
        file,
      );
      const sha256 = await failingAs('snapshot-failed', () => storeEncrypted(clear, recipient, target));
      return {
        file,
        takenAt,
        from,
        bytes: status.bytes,
        sha256,
        revision: status.revision,
        keys: status.keys,
        proven: prove,
      };
    },
  );
}

/** Asks the members one after the other, the next node's last. */
async function readFromSomeMember(
  access: ClusterAccess,
  wait: Wait,
  before: string,
  file: string,
  end: number,
): Promise<string> {
  const controlPlanes = access.inventory.nodes
    .filter((node) => node.role === 'control-plane')
    .map((node) => node.name);
  const order = [
    ...controlPlanes.filter((name) => name !== before),
    ...controlPlanes.filter((name) => name === before),
  ];
  const timeoutMs = (): number => Math.max(1_000, end - Date.now());
  const read = await readFromMembers(access, order, file, { timeoutMs, signal: wait.signal });
  if (read.kind === 'read') return read.from;
  const causes = read.causes.map(({ why, names }) => `${listed(names)}: ${why}`);
  throw new Refusal({ kind: 'snapshot-failed', why: causes.join('; ') });
}

async function failingAs<T>(
  kind: 'snapshot-failed' | 'snapshot-unproven',
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal({ kind, why: describe(error.reason) }, { cause: error });
    throw new Refusal({ kind, why: whyNot(error) }, { cause: error });
  }
}
