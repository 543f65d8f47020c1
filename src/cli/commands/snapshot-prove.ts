import path from 'node:path';
import { describe } from '../../planning/reasons/describe.js';
import { addressesIn } from '../../planning/node/node-address.js';
import { readIdentities } from '../../tools/age-identity.js';
import { contentOfFullEtcd, type EtcdContent } from '../../tools/etcd-server.js';
import { openEncrypted, restoreSnapshot, snapshotStatus } from '../../tools/etcd-snapshot.js';
import { whyNot } from '../../tools/observe-cluster.js';
import { Refusal, messageOf } from '../../tools/refusal.js';
import { lookIntoSnapshots } from '../../tools/snapshot-folder.js';
import { StepFolder, sweepStepFolders } from '../../tools/step-folder.js';
import { toolPath } from '../../tools/tool-path.js';
import { declaredCluster, type DeclaredCluster } from '../declared-cluster.js';
import { exitCodes, UserMistake, type ExitCode } from '../mistakes.js';
import { sayReasons } from '../say-reasons.js';
import { sentence } from '../../planning/text/sentence.js';
import { print, printJson, say } from '../terminal.js';
import { untilInterrupted } from '../until-interrupted.js';
import { snapshotFolder } from './snapshot-list.js';

export interface SnapshotProveOptions {
  readonly file: string;
  /** File with an age identity. */
  readonly identity?: string;
  readonly json?: boolean;
}

/** The status of the snapshot, and of a full etcd started from it. */
interface Proof {
  readonly snapshot: EtcdContent;
  readonly etcd: EtcdContent;
}

/**
 * Proves that a stored snapshot can be restored: decrypts it into a private folder, restores it, starts a full etcd on it, and
 * compares its revision and its number of keys with the snapshot's.
 */
export async function snapshotProve(
  named: string | undefined,
  options: SnapshotProveOptions,
): Promise<ExitCode> {
  const declared = await declaredCluster(options.file);
  const { cluster, snapshot } = declared.inventory;
  const file = await chosen(named, declared);
  if (options.identity === undefined) {
    throw new UserMistake(
      `${file} is encrypted to ${snapshot.recipient}, and no identity was named: nothing was opened.`,
      'Name the file age-keygen wrote for that recipient: slipway snapshot prove --identity FILE',
    );
  }
  const identities = await usable(options.identity, snapshot.recipient);
  await sweepStepFolders();
  try {
    const proof = await untilInterrupted((signal) => prove(file, identities, signal));
    const difference = differenceOf(proof);
    if (difference !== undefined) throw new Refusal({ kind: 'snapshot-unproven', why: difference });
    if (options.json) printJson({ cluster, file, proven: true, ...proof.etcd });
    else print(provenText(file, proof));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (options.json) printJson({ cluster, file, proven: false, reason: error.reason });
    say(file);
    if (error.reason.kind !== 'snapshot-unproven')
      sayReasons([error.reason], { cluster, address: addressesIn(declared.inventory.nodes) });
    else {
      say(sentence(describe(error.reason)));
      say('  slipway snapshot take  # another one, then prove that');
    }
    return exitCodes.refused;
  }
}

/** The named file, in the snapshot folder or at its own path; without a name, the newest snapshot. */
async function chosen(named: string | undefined, declared: DeclaredCluster): Promise<string> {
  const folder = snapshotFolder(declared);
  if (named !== undefined) return named.includes('/') ? path.resolve(named) : path.join(folder, named);
  try {
    const [newest] = (await lookIntoSnapshots(folder, declared.inventory.cluster)).snapshots;
    if (newest) return path.join(folder, newest.file);
  } catch (error) {
    throw new UserMistake(
      `${folder} cannot be read: ${messageOf(error)}.`,
      'Name a file: slipway snapshot prove FILE',
    );
  }
  throw new UserMistake(
    `${declared.inventory.cluster} has no snapshot in ${folder} yet.`,
    'Take one: slipway snapshot take',
  );
}

async function usable(file: string, recipient: string): Promise<readonly string[]> {
  try {
    const { identities, recipients, open } = await readIdentities(file);
    if (open) say(`${file} can be read by others, and opens every snapshot: chmod 600 ${file}`);
    if (!recipients.includes(recipient))
      say(
        `${file} is not the identity of ${recipient}, which slipway.yaml names now; older snapshots may be of another.`,
      );
    return identities;
  } catch (error) {
    throw new UserMistake(messageOf(error), 'Name another: --identity FILE');
  }
}

/** All decrypted data is in one private folder, and is removed with it. */
async function prove(file: string, identities: readonly string[], signal: AbortSignal): Promise<Proof> {
  const [etcdutl, etcd] = [await toolPath('etcdutl'), await toolPath('etcd')];
  const opened = await StepFolder.open();
  const { folder } = opened;
  try {
    const clear = path.join(folder, 'etcd.snapshot');
    const data = path.join(folder, 'restored');
    const step = <T>(what: string, act: () => Promise<T>): Promise<T> => orUnproven(what, signal, act);
    await step('it cannot be opened', () => openEncrypted(file, identities, clear));
    const snapshot = await step('it is no etcd snapshot', async () => {
      const { revision, keys } = await snapshotStatus(etcdutl, clear, signal);
      return { revision, keys };
    });
    await step('it cannot be restored', () => restoreSnapshot(etcdutl, clear, data, signal));
    const running = await step('no etcd starts on it', () => contentOfFullEtcd(etcd, data, folder, signal));
    return { snapshot, etcd: running };
  } finally {
    await opened.close();
  }
}

async function orUnproven<T>(what: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (signal.aborted || error instanceof Refusal) throw error;
    const said = whyNot(error);
    // The output of etcdutl has both checksums, byte by byte.
    const why = said.includes('expected sha256') ? 'its SHA-256 is not the one it was taken with' : said;
    throw new Refusal({ kind: 'snapshot-unproven', why: `${what}: ${why}` }, { cause: error });
  }
}

const compared = { revision: 'revision', keys: 'number of keys' } as const;

/** How a full etcd differs from the snapshot; undefined when they agree. */
export function differenceOf({ snapshot, etcd }: Proof): string | undefined {
  const different = (Object.keys(compared) as (keyof typeof compared)[])
    .filter((field) => snapshot[field] !== etcd[field])
    .map((field) => `${compared[field]} ${etcd[field]} instead of ${snapshot[field]}`);
  return different.length === 0 ? undefined : `a full etcd on it has ${different.join(', ')}`;
}

function provenText(file: string, { etcd }: Proof): string {
  return [
    file,
    `  is proven: a full etcd started on it, with the same revision ${etcd.revision} and the same ${etcd.keys} keys.`,
    '  What was in clear is gone again.',
  ].join('\n');
}
