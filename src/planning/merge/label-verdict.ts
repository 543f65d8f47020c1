import type { Inventory } from '../../inventory/schema.js';
import type { Strategy } from '../plan/plan.js';
import type { Delta } from '../versions/versions.js';
import { type Step, declaredStrategy } from '../plan/wanted-strategy.js';

/** The label of each strategy, as the starter's settings name it. */
export type LabelNames = Readonly<Partial<Record<Strategy, string>>>;

/**
 * What the labels of a pull request say beside the delta of the versions, which decides. One that disagrees is a request for another
 * way, and waits for a person's approval; one that is missing loses nothing.
 */
export type LabelVerdict =
  /** No label speaks of a strategy. */
  | { readonly kind: 'none' }
  /** It says what slipway.yaml says. */
  | { readonly kind: 'agrees'; readonly label: string; readonly strategy: Strategy }
  | {
      readonly kind: 'disagrees';
      readonly label: string;
      readonly asked: Strategy;
      readonly declared: Strategy;
      readonly delta: Step;
    }
  /** Labels of both strategies: which is meant nobody knows, so neither counts. */
  | { readonly kind: 'contradict'; readonly labels: readonly string[] }
  /** There is no step of Talos versions that a strategy is for. */
  | { readonly kind: 'without-effect'; readonly label: string };

/** @param delta of the Talos version; undefined: it stays. */
export function labelVerdict(
  labels: readonly string[],
  names: LabelNames,
  inventory: Pick<Inventory, 'upgrade'>,
  delta: Exclude<Delta, 'same'> | undefined,
): LabelVerdict {
  // Forges take upper and lower case for the same.
  const given = new Set(labels.map((label) => label.toLowerCase()));
  const said = (['in-place', 'replace'] as const).flatMap((strategy) => {
    const label = names[strategy];
    return label !== undefined && given.has(label.toLowerCase()) ? [{ strategy, label }] : [];
  });
  const [first, second] = said;
  if (!first) return { kind: 'none' };
  if (second) return { kind: 'contradict', labels: said.map(({ label }) => label) };
  const { label, strategy: asked } = first;
  if (delta === undefined || delta === 'downgrade') return { kind: 'without-effect', label };
  const declared = declaredStrategy({ inventory }, delta);
  if (asked === declared) return { kind: 'agrees', label, strategy: asked };
  return { kind: 'disagrees', label, asked, declared, delta };
}
