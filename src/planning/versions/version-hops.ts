import { compareVersions, deltaOf, isVersion, minorOf, minorsBetween, newestOf } from './versions.js';

/** One version of the path, and why it is needed. */
export interface VersionHop {
  readonly to: string;
  readonly why?: string;
}

/** A minor that must be left from a minimum patch. */
interface Trap {
  readonly from: string;
  /** The oldest safe patch. */
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
    atLeast: 'v1.10.9',
    why: 'etcd 3.5 older than that of Talos v1.10.9 can bring removed members back when etcd 3.6 takes over',
  },
];

/** The path, or what is missing for it. */
export interface VersionWay {
  /** Empty where something is missing. */
  readonly hops: readonly VersionHop[];
  /** The oldest patch that a known issue requires, where the factory has none as new. */
  readonly missing?: string;
  /** A minor on the path, `1.13`, of which the factory has no release. */
  readonly missingMinor?: string;
}

/**
 * The versions a cluster goes through. No minor is skipped: the newest patch of each minor between is a hop of its own. So is the newest
 * patch of the running minor where a known issue requires it. The last hop is the target, exactly.
 *
 * @param running what the remaining nodes run.
 * @param available what the factory can build.
 */
export function versionHops(
  running: readonly string[],
  target: string,
  available: readonly string[],
): VersionWay {
  const hops: VersionHop[] = [];
  const versions = running.filter(isVersion).toSorted(compareVersions);
  const [lowest = target] = versions;
  const between = minorsBetween(lowest, target);
  const left = ['minor', 'major'].includes(deltaOf(lowest, target)) ? [minorOf(lowest), ...between] : [];
  for (const minor of left) {
    const trap = traps.find(({ from }) => from === minor);
    const caught = versions.some(
      (version) => trap && minorOf(version) === minor && compareVersions(version, trap.atLeast) < 0,
    );
    if (!between.includes(minor) && !caught) continue;
    const newest = newestOf(minor, available);
    if (trap && (newest === undefined || compareVersions(newest, trap.atLeast) < 0))
      return { hops: [], missing: trap.atLeast };
    if (newest === undefined) return { hops: [], missingMinor: minor };
    const why = caught && trap ? trap.why : `no minor is skipped between Talos ${lowest} and ${target}`;
    hops.push({ to: newest, why });
  }
  return { hops: [...hops, { to: target }] };
}

/** The version of a node after a hop: never older than what it runs. */
export function versionAfter(running: string, hop: VersionHop): string {
  return deltaOf(running, hop.to) === 'downgrade' ? running : hop.to;
}
