import semver from 'semver';

/** How one version differs from another: the first part that is larger, or `downgrade` for a smaller version. */
export type Delta = 'same' | 'patch' | 'minor' | 'major' | 'downgrade';

/** Whether a text is a version as Talos and Kubernetes tag theirs: `v1.12.6`, `v1.13.0-beta.1`. */
export function isVersion(text: string): boolean {
  return /^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(text) && semver.valid(text) !== null;
}

/** Negative, zero or positive, as `sort` wants it. @throws TypeError for an invalid version. */
export function compareVersions(a: string, b: string): number {
  return semver.compare(a, b);
}

/** `1.12` of `v1.12.1`. @throws TypeError for an invalid version. */
export function minorOf(version: string): string {
  return `${semver.major(version)}.${semver.minor(version)}`;
}

/** The delta of an upgrade between two versions. A pre-release of the same version is a patch away from it. */
export function deltaOf(from: string, to: string): Delta {
  const order = semver.compare(from, to);
  if (order === 0) return 'same';
  if (order > 0) return 'downgrade';
  if (semver.major(from) !== semver.major(to)) return 'major';
  return semver.minor(from) === semver.minor(to) ? 'patch' : 'minor';
}

/** How many minors lie between two versions of one major. */
export function minorsApart(from: string, to: string): number {
  return semver.minor(to) - semver.minor(from);
}

/** The minor that follows: `1.13` for `v1.12.1`. */
export function nextMinor(version: string): string {
  return `${semver.major(version)}.${semver.minor(version) + 1}`;
}

/** The minors between those of two versions, neither included, oldest first; empty where the majors differ. */
export function minorsBetween(from: string, to: string): string[] {
  if (semver.major(from) !== semver.major(to)) return [];
  const first = semver.minor(from) + 1;
  return Array.from(
    { length: Math.max(0, semver.minor(to) - first) },
    (_, index) => `${semver.major(from)}.${first + index}`,
  );
}

/** The newest release of a minor, ignoring pre-releases and invalid versions. */
export function newestOf(minor: string, versions: readonly string[]): string | undefined {
  const releases = versions.filter(
    (version) => isVersion(version) && !semver.prerelease(version) && minorOf(version) === minor,
  );
  return releases.toSorted(compareVersions).at(-1);
}

/** Whether a minor (`1.12`) lies between two others, both included. */
export function isMinorBetween(minor: string, lowest: string, highest: string): boolean {
  return semver.gte(`${minor}.0`, `${lowest}.0`) && semver.lte(`${minor}.0`, `${highest}.0`);
}
