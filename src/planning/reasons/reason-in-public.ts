import type { Reason } from './reason.js';

/** A folder on a worker's disk, and its public name; without one, paths are named relative to the folder. */
export interface PrivatePlace {
  readonly folder: string;
  readonly called?: string;
}

/**
 * A reason that may be shown to everybody who can read the repository: files are named as in slipway.yaml, not by their path on the worker.
 *
 * @param places the inner folders before those they are in.
 */
export function reasonInPublic(reason: Reason, places: readonly PrivatePlace[]): Reason {
  const inPublic = (text: string): string =>
    places.reduce((result, { folder, called = '' }) => {
      const bare = folder.replace(/\/+$/, '');
      if (bare === '') return result;
      return result.replaceAll(`${bare}/`, called === '' ? '' : `${called}/`).replaceAll(bare, called || '.');
    }, text);
  // The search path on the worker is not public: `slipway tools` prints it there.
  const shown = reason.kind === 'tool-missing' ? { ...reason, why: 'the worker has none that fits' } : reason;
  return JSON.parse(JSON.stringify(shown), (_key, value: unknown) =>
    typeof value === 'string' ? inPublic(value) : value,
  ) as Reason;
}
