import { replacementLimits } from '../steps/node-steps.js';
import type { UpgradePlan } from './plan.js';

/** The part of a plan that its hash covers. */
export type HashedPlan = Omit<UpgradePlan, 'hash' | 'estimate' | 'notes' | 'blocked' | 'declared'>;

/**
 * The text that a plan's hash is computed from: the decisions and their inputs. Not included: estimate, notes, current blocks, who asked,
 * and the etcd leader, which no plan holds. Keys are sorted, so the same decisions give the same text.
 */
export function planHashText(plan: HashedPlan): string {
  const { cluster, target, kubernetes, strategy, approvals, approvers, terraform, hops, steps } = plan;
  const { gates, drain, batch, snapshotMaxAge, onFailure, undrained } = plan;
  // Timeouts and reminders of an approval or a window decide nothing.
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

/** The limits the plan depends on: a limit that no step waits for decides nothing. */
export function limitsWaitedFor({
  strategy,
  approvals = [],
  limits,
}: Pick<HashedPlan, 'strategy' | 'approvals' | 'limits'>): Readonly<Record<string, number>> {
  const unused = [
    // The polling interval decides nothing.
    'look',
    ...(strategy === 'replace' ? [] : replacementLimits),
    ...(approvals.length > 0 ? [] : ['approval']),
  ];
  return Object.fromEntries(Object.entries(limits).filter(([name]) => !unused.includes(name)));
}

/** The value with the keys of every object sorted. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}
