/** Talos versions the simulated factory can build, oldest first. */
export const talosReleases: readonly string[] = [...patches('v1.12', 7), ...patches('v1.13', 9)];

function patches(minor: string, last: number): string[] {
  return Array.from({ length: last + 1 }, (_, patch) => `${minor}.${patch}`);
}
