import type { Inventory } from '../../inventory/schema.js';
import type { Answer } from './check.js';

/** A mounted file system. */
export interface FileSystem {
  readonly mountPoint: string;
  /** `ext4`, `nfs4`, `tmpfs`, … */
  readonly kind: string;
  /** `/dev/vda1`, `10.0.0.9:/srv`, … */
  readonly source: string;
}

const inMemory = new Set(['tmpfs', 'ramfs', 'devtmpfs']);
/** What storage inside a cluster usually looks like to its clients. */
const oftenInside = new Set(['ceph', 'fuse.ceph', 'fuse.glusterfs', 'fuse.s3fs', 'fuse.juicefs']);

/** The file system a path is on, by the lines of `/proc/self/mountinfo` (proc(5)). */
export function fileSystemOf(at: string, mountinfo: string): FileSystem | undefined {
  const mounts = mountinfo.split('\n').flatMap((line): FileSystem[] => {
    const [before = '', after = ''] = line.split(' - ');
    const mountPoint = before.split(' ')[4];
    const [kind, source] = after.split(' ');
    if (mountPoint === undefined || kind === undefined) return [];
    return [{ mountPoint: unescaped(mountPoint), kind, source: unescaped(source ?? '') }];
  });
  const covers = ({ mountPoint }: FileSystem): boolean =>
    mountPoint === '/' || at === mountPoint || at.startsWith(`${mountPoint}/`);
  // Of two mounts at one point the later hides the earlier.
  return mounts
    .filter(covers)
    .reduce<FileSystem | undefined>(
      (best, one) => (best === undefined || one.mountPoint.length >= best.mountPoint.length ? one : best),
      undefined,
    );
}

/**
 * Whether the folder could be lost together with the cluster, as far as this machine can determine.
 *
 * @param inPod this process runs in some Kubernetes cluster.
 */
export function placeAnswer(at: FileSystem | undefined, inventory: Inventory, inPod: boolean): Answer {
  const elsewhere = [
    'slipway inventory check  # after snapshot.directory was set to a disk outside this cluster',
  ];
  if (!at) return { verdict: 'not-asked', says: 'No mount of this machine covers it.' };
  const on = `${at.source} (${at.kind})`;
  if (inMemory.has(at.kind))
    return {
      verdict: 'fail',
      says: `It is in memory (${at.kind}) and gone after a reboot.`,
      type: elsewhere,
    };
  const host = inventory.nodes.find(({ name, address }) => isServedBy(at.source, [name, address]));
  if (host || (inventory.vip !== undefined && isServedBy(at.source, [inventory.vip]))) {
    const who = host?.name ?? `the VIP ${inventory.vip}`;
    return {
      verdict: 'fail',
      says: `${on} is served by ${who}, a part of the cluster it is to save.`,
      type: elsewhere,
    };
  }
  if (inPod)
    return {
      verdict: 'warn',
      says: `This process runs in a pod: make sure that ${on} is no storage of the cluster it is to save.`,
      type: elsewhere,
    };
  if (oftenInside.has(at.kind))
    return {
      verdict: 'warn',
      says: `${on} may be storage inside the cluster it is to save.`,
      type: elsewhere,
    };
  return { verdict: 'ok', says: `It is on ${on}, outside the cluster as far as can be seen from here.` };
}

/** `10.0.0.9:/srv`, `[fd00::9]:/srv`, `//nas/share`. */
function isServedBy(source: string, hosts: readonly string[]): boolean {
  return hosts.some((host) =>
    [`${host}:/`, `[${host}]:/`, `//${host}/`].some((beginning) => source.startsWith(beginning)),
  );
}

/** Spaces and the like are written as octal numbers. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  );
}
