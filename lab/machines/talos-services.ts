import semver from 'semver';

/** Talos has its image and lifecycle services from this version on; talosctl itself decides by the same range. */
const LIFECYCLE = '>1.13.0-alpha.2';

/** From this version on a machine configuration is shown as a text; before, as parsed documents, which newer clients support. */
const CONFIGURATION_AS_TEXT = '>=1.12.0-0';

/** Whether a machine that runs this version shows its configuration as a text. */
export function showsConfigurationAsText(version: string): boolean {
  return semver.satisfies(version, CONFIGURATION_AS_TEXT, { includePrerelease: true });
}

/** Whether a machine that runs this version installs without a reboot, and pulls with progress. */
export function hasLifecycleService(version: string): boolean {
  return semver.satisfies(version, LIFECYCLE, { includePrerelease: true });
}
