import type { Hop, PlanApproval, PlannedNode, UpgradePlan } from './plan.js';
import type { PlanInput, SeenNode } from './plan-input.js';
import { deltasLeft, overridden } from './node-strategy.js';
import { changesText } from '../terraform/accepted-changes.js';

/** Why approval is required; undefined: it is not. */
type Question = (
  input: PlanInput,
  seen: readonly SeenNode[],
  touched: readonly PlannedNode[],
) => string | undefined;

/** Everything in a plan that requires approval, in the order in which messages list it. */
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
    const named = input.inventory.upgrade.approve.find((entry) =>
      [...deltas].some((delta) => delta === entry),
    );
    return named && names(named);
  },
  'control-planes': ({ inventory }, _seen, touched) =>
    inventory.upgrade.approve.includes('control-planes') &&
    touched.some(({ role }) => role === 'control-plane')
      ? names('control-planes')
      : undefined,
  replace: ({ inventory }, _seen, touched) =>
    inventory.upgrade.approve.includes('replace') && touched.some(({ replacement }) => replacement)
      ? names('replace')
      : undefined,
  attributes: ({ otherChanges }) =>
    otherChanges?.kind === 'answered' && Object.keys(otherChanges.value).length > 0
      ? `Terraform would change ${changesText(otherChanges.value)}`
      : undefined,
};

function names(entry: PlanInput['inventory']['upgrade']['approve'][number]): string {
  return `upgrade.approve of slipway.yaml names ${entry}`;
}

/** The approvals a request requires before anything is touched; empty: none. */
export function approvalsOf(
  input: PlanInput,
  seen: readonly SeenNode[],
  hops: readonly Hop[],
): PlanApproval[] {
  const touched = hops.flatMap(({ nodes }) => nodes).filter(({ skip }) => !skip);
  return asked(['strategy', 'delta', 'control-planes', 'replace', 'attributes'], input, seen, touched);
}

/** The approvals a run rollback requires: whoever asked for the rollback approved the version. */
export function approvalsOfRollback(input: PlanInput, seen: readonly SeenNode[]): PlanApproval[] {
  return asked(['attributes'], input, seen, []);
}

/** The plan's approval fields: the reasons, and how many people must approve where one is not enough. */
export function approvalsOfPlan(
  { inventory }: PlanInput,
  approvals: readonly PlanApproval[],
): Pick<UpgradePlan, 'approvals' | 'approvers'> {
  if (approvals.length === 0) return {};
  const { approvers } = inventory.upgrade;
  return { approvals, ...(approvers > 1 ? { approvers } : {}) };
}

function asked(
  kinds: readonly PlanApproval['kind'][],
  input: PlanInput,
  seen: readonly SeenNode[],
  touched: readonly PlannedNode[],
): PlanApproval[] {
  return kinds.flatMap((kind) => {
    const why = questions[kind](input, seen, touched);
    return why === undefined ? [] : [{ kind, why }];
  });
}
