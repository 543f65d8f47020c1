import semver from 'semver';

/** An installer accepts machines from two minors below it to one above it (Talos' compatibility tables, 1.10 on). */
const MINORS_BELOW = 2;
const MINORS_ABOVE = 1;

/**
 * The installer's checks before it writes anything. It runs after the drain and the stop of all services, so a rejection costs a reboot.
 * Throws in the installer's words when the machine is too old or too new for it.
 */
export function checkHostVersion(host: string, target: string): void {
  const from = semver.parse(host);
  const to = semver.parse(target);
  if (from === null || to === null)
    throw new Error(`error parsing version: ${from === null ? host : target}`);
  const distance = (from.major - to.major) * 1_000 + from.minor - to.minor;
  if (distance < -MINORS_BELOW) {
    throw new Error(`host version ${from.version} is too old to upgrade to Talos ${to.version}`);
  }
  if (distance > MINORS_ABOVE) {
    throw new Error(`host version ${from.version} is too new to downgrade to Talos ${to.version}`);
  }
}
