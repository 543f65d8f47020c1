import type { Reason } from '../reasons/reason.js';
import { covers } from './address.js';
import { changedOutputs, type Write, writesOf } from './planned-changes.js';
import type { TerraformPlan } from './terraform-json.js';

/** Something Terraform would still do. */
export interface LeftWrite extends Write {
  /** The node whose machine it is, or a part of it. */
  readonly node?: string;
}

/** What Terraform, with only the values in git, would still do after the last node was replaced. */
export type LeftToChange =
  | {
      readonly kind: 'known';
      /** The first of them, without outputs. */
      readonly writes: readonly LeftWrite[];
      /** Number of all of them. */
      readonly count: number;
      /** Outputs that would change, by name: no machine changes with them. */
      readonly outputs: readonly string[];
    }
  /** The result is not known. */
  | { readonly kind: 'unknown'; readonly reason: Reason };

/** A run's result stays small, however much Terraform would do. */
const namedMax = 50;

/**
 * Reads a plan that was made without values of a hop. Outputs are listed apart: a plan with targets writes none of the root module's
 * outputs, so after the last one some are nearly always left to write.
 */
export function leftToChange(
  plan: TerraformPlan,
  nodes: readonly { readonly node: string; readonly address: string }[],
): Extract<LeftToChange, { kind: 'known' }> {
  const writes = writesOf(plan).map((write): LeftWrite => {
    const owner = nodes.find(({ address }) => covers(address, write.address));
    return owner ? { ...write, node: owner.node } : write;
  });
  return {
    kind: 'known',
    writes: writes.slice(0, namedMax),
    count: writes.length,
    outputs: changedOutputs(plan),
  };
}
