import { compareVersions, deltaOf, isVersion, minorOf, newestOf } from './versions.js';

/** One version on the way, and why it stands there. */
export interface VersionHop {
  readonly to: string;
  readonly why?: string;
}

/** A step between minors that starts well only from a newer patch of the old one. */
interface Trap {
  readonly from: string;
  readonly to: string;
  /** The oldest patch it is safe from. */
  readonly atLeast: string;
  readonly why: string;
}

/**
 * Sources: siderolabs/talos#12467 and etcd.io/blog/2025/zombie_members_upgrade: etcd 3.5 before 3.5.26 (Talos 1.10.9) can
 * bring removed members back when 3.6 (Talos 1.11) takes over.
 */
const traps: readonly Trap[] = [
  {
    from: '1.10',
    to: '1.11',
    atLeast: 'v1.10.9',
    why: 'etcd 3.5 older than that of Talos v1.10.9 can bring removed members back when etcd 3.6 takes over',
  },
];

/**
 * The versions a cluster goes through: the target alone, or first the newest patch of the running minor where a known trap
 * asks for it.
 *
 * @param running what the nodes that are left run.
 * @param available what the factory can build; a trap that none of it avoids is answered as `missing`.
 */
export function versionHops(
  running: readonly string[],
  target: string,
  available: readonly string[],
): { readonly hops: readonly VersionHop[]; readonly missing?: string } {
  for (const trap of traps) {
    const caught = running.some(
      (version) =>
        isVersion(version) &&
        minorOf(version) === trap.from &&
        minorOf(target) === trap.to &&
        compareVersions(version, trap.atLeast) < 0,
    );
    if (!caught) continue;
    const newest = newestOf(trap.from, available);
    if (newest === undefined || compareVersions(newest, trap.atLeast) < 0)
      return { hops: [], missing: trap.atLeast };
    return { hops: [{ to: newest, why: trap.why }, { to: target }] };
  }
  return { hops: [{ to: target }] };
}

/** The version a node has once it went through a hop: never an older one than it runs. */
export function versionAfter(running: string, hop: VersionHop): string {
  return deltaOf(running, hop.to) === 'downgrade' ? running : hop.to;
}
