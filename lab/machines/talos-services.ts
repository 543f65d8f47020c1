import semver from 'semver';

/** Talos has its image and lifecycle services from here on; talosctl itself decides by the same range. */
const LIFECYCLE = '>1.13.0-alpha.2';

/** Whether a machine that runs this version installs without a reboot, and pulls with progress. */
export function hasLifecycleService(version: string): boolean {
  return semver.satisfies(version, LIFECYCLE, { includePrerelease: true });
}
