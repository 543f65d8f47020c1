import type { RanBefore, RanBetween } from './plan.js';

/** One step of a node's way back, from one version to another. */
export interface BackLeg {
  readonly from: RanBetween;
  readonly to: RanBetween;
  /** The slot that the upgrade left alone holds it; otherwise it is installed once more. */
  readonly bySlot: boolean;
}

/**
 * The way a node takes back from what it runs: through all it ran between, since no Talos installs one that is two minors older. The slot
 * that its last upgrade left alone holds the first of them, as long as it runs what it was brought to.
 *
 * @param runs what it runs; it is not back yet.
 * @returns undefined where it runs what neither was nor came, or the version from before of another schematic.
 */
export function legsBack(
  { version, schematic, to, through = [] }: RanBefore,
  runs: RanBetween,
): BackLeg[] | undefined {
  const path: readonly RanBetween[] = [
    { version: to, schematic: runs.schematic },
    ...through,
    { version, schematic },
  ];
  const at = path.findLastIndex((one) => one.version === runs.version);
  if (at === -1 || at === path.length - 1) return undefined;
  return path.slice(at + 1).map((next, index) => ({
    from: index === 0 ? runs : (path[at + index] ?? runs),
    to: next,
    bySlot: at === 0 && index === 0,
  }));
}

/** The part of a way back that ends with a hop to that version: what is left to do of it is what a retry does. */
export function upToHop(before: RanBefore, to: string): RanBefore {
  const { noSlot, through = [], ...whole } = before;
  const at = through.findIndex(({ version }) => version === to);
  const end = through[at];
  if (!end) return before;
  const between = through.slice(0, at);
  const { version, schematic } = end;
  return { ...whole, version, schematic, ...(between.length > 0 ? { noSlot, through: between } : {}) };
}
