/**
 * Talos versions the simulated factory can build, oldest first: the minors the examples run, the one before and the two
 * after them, each up to a patch that was released.
 */
export const talosReleases: readonly string[] = [
  ...patches('v1.10', 9),
  ...patches('v1.11', 6),
  ...patches('v1.12', 11),
  ...patches('v1.13', 9),
];

function patches(minor: string, last: number): string[] {
  return Array.from({ length: last + 1 }, (_, patch) => `${minor}.${patch}`);
}
