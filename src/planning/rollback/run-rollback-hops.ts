import type { RanBefore, RanBetween } from '../plan/plan.js';

/** One step of a node's rollback, from one version to another. */
export interface HopBack {
  readonly from: RanBetween;
  readonly to: RanBetween;
  /** The slot that the upgrade left alone holds it; or it is installed again, or another machine is made of it. */
  readonly by: 'slot' | 'install' | 'machine';
}

/**
 * The hops of a node's rollback, from what it runs through the versions between, since no minor is skipped. The slot that its last upgrade
 * in place left alone holds the first of them, as long as the node runs the version it was upgraded to.
 *
 * @param runs what it runs, which is not the previous version yet. Of an incomplete replacement: the version of the old machine.
 * @returns undefined where it runs none of these versions, or the previous version of another schematic.
 */
export function hopsBack(
  { version, schematic, to, through = [], noSlot }: RanBefore,
  runs: RanBetween,
  isIncomplete = false,
): HopBack[] | undefined {
  const path: readonly RanBetween[] = [
    { version: to, schematic: runs.schematic },
    ...through,
    { version, schematic },
  ];
  const found = path.findLastIndex((one) => one.version === runs.version);
  const isLast = found === path.length - 1;
  if (found === -1 || (isLast && !isIncomplete)) return undefined;
  // Its machine is gone: the rollback starts from the version it had.
  const at = isLast ? found - 1 : found;
  return path.slice(at + 1).map((next, index) => ({
    from: index === 0 ? runs : (path[at + index] ?? runs),
    to: next,
    by: noSlot === 'replaced' ? 'machine' : at === 0 && index === 0 ? 'slot' : 'install',
  }));
}

/** The part of a rollback that ends with a hop to that version: what is left of it is what a retry does. */
export function upToHop(before: RanBefore, to: string): RanBefore {
  const { noSlot, through = [], ...whole } = before;
  const at = through.findIndex(({ version }) => version === to);
  const end = through[at];
  if (!end) return before;
  const between = through.slice(0, at);
  const { version, schematic } = end;
  const isMade = noSlot === 'replaced' || between.length > 0;
  return {
    ...whole,
    version,
    schematic,
    ...(isMade && noSlot ? { noSlot } : {}),
    ...(between.length > 0 ? { through: between } : {}),
  };
}
