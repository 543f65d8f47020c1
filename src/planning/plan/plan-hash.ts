import { replacementLimits } from '../steps/node-steps.js';
import type { UpgradePlan } from './plan.js';

/** A plan as far as its hash covers it. */
export type HashedPlan = Omit<UpgradePlan, 'hash' | 'estimate' | 'notes' | 'blocked' | 'declared'>;

/**
 * The text a plan's hash is made of: what is decided and what that rests on. Not in it: estimate, notes, what is blocked just
 * now, who asked; nor who leads etcd, which no plan holds. Keys are sorted, so the same decisions give the same text.
 */
export function planHashText(plan: HashedPlan): string {
  const { cluster, target, kubernetes, strategy, approvals, approvers, terraform, hops, steps } = plan;
  const { gates, drain, batch, snapshotMaxAge, onFailure, undrained } = plan;
  // How long a person may take to decide, when they are reminded, or how long a window may take to open, decides nothing.
  const { decision: _, window: _window, remind: _remind, ...limits } = limitsWaitedFor(plan);
  return JSON.stringify(
    sorted({
      cluster,
      target,
      kubernetes,
      strategy,
      approvals: approvals?.map(({ kind }) => kind),
      approvers,
      terraform,
      hops,
      steps,
      gates,
      drain,
      batch,
      snapshotMaxAge,
      onFailure,
      undrained,
      limits,
    }),
  );
}

/** The limits the plan rests on: what is never waited for decides nothing. */
export function limitsWaitedFor({
  strategy,
  approvals = [],
  limits,
}: Pick<HashedPlan, 'strategy' | 'approvals' | 'limits'>): Readonly<Record<string, number>> {
  const unused = [
    // How often is looked decides nothing.
    'look',
    ...(strategy === 'replace' ? [] : replacementLimits),
    ...(approvals.length > 0 ? [] : ['approval']),
  ];
  return Object.fromEntries(Object.entries(limits).filter(([name]) => !unused.includes(name)));
}

/** The same value with the keys of every object in order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}
