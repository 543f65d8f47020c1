import type { Reason } from './reason.js';

/** A place on a worker's disk, and what is said in its stead; nothing: what lies there is named from there. */
export interface PrivatePlace {
  readonly folder: string;
  readonly called?: string;
}

/**
 * A reason as it may stand where everybody reads it who may read the repository: files are named as slipway.yaml does, not by where the
 * worker has them.
 *
 * @param places the inner ones before those they are in.
 */
export function reasonInPublic(reason: Reason, places: readonly PrivatePlace[]): Reason {
  const inPublic = (text: string): string =>
    places.reduce((told, { folder, called = '' }) => {
      const bare = folder.replace(/\/+$/, '');
      if (bare === '') return told;
      return told.replaceAll(`${bare}/`, called === '' ? '' : `${called}/`).replaceAll(bare, called || '.');
    }, text);
  // Where it was looked for is no matter of the repository: `slipway tools` says that on the worker.
  const told = reason.kind === 'tool-missing' ? { ...reason, why: 'the worker has none that fits' } : reason;
  return JSON.parse(JSON.stringify(told), (_key, value: unknown) =>
    typeof value === 'string' ? inPublic(value) : value,
  ) as Reason;
}
