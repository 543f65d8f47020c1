import type { PlanApproval } from './plan.js';
import type { PlanInput, SeenNode } from './plan-input.js';
import { deltasLeft, overridden } from './strategy.js';
import { changesText } from './terraform/accepted-changes.js';

/** Why a person must say yes; undefined: nobody must. */
type Question = (input: PlanInput, seen: readonly SeenNode[]) => string | undefined;

/** One table: everything in a plan that is not done without a person's yes, in the order it is told. */
const questions: Readonly<Record<PlanApproval['kind'], Question>> = {
  strategy: (input, seen) => {
    const other = overridden(input, seen);
    return (
      other &&
      `--strategy ${other.asked} was asked for, and upgrade.strategy.${other.delta} of slipway.yaml is ${other.declared}`
    );
  },
  delta: (input, seen) => {
    const deltas = deltasLeft(input, seen);
    const named = input.inventory.upgrade.approve.find((delta) => deltas.has(delta));
    return named && `upgrade.approve of slipway.yaml names ${named}`;
  },
  attributes: ({ otherChanges }) =>
    otherChanges?.kind === 'answered' && Object.keys(otherChanges.value).length > 0
      ? `Terraform would change ${changesText(otherChanges.value)}`
      : undefined,
};

/** What a person must say yes to before anything of this request is touched; empty: it is done without asking. */
export function approvalsOf(input: PlanInput, seen: readonly SeenNode[]): PlanApproval[] {
  return asked(['strategy', 'delta', 'attributes'], input, seen);
}

/** The same of the way back of a run: whoever asked for it said yes to the version. */
export function approvalsOfWayBack(input: PlanInput, seen: readonly SeenNode[]): PlanApproval[] {
  return asked(['attributes'], input, seen);
}

function asked(
  kinds: readonly PlanApproval['kind'][],
  input: PlanInput,
  seen: readonly SeenNode[],
): PlanApproval[] {
  return kinds.flatMap((kind) => {
    const why = questions[kind](input, seen);
    return why === undefined ? [] : [{ kind, why }];
  });
}
