import type { Inventory } from '../../inventory/schema.js';
import type { Strategy } from '../plan/plan.js';
import type { Delta } from '../versions/versions.js';
import { type Step, declaredStrategy } from '../plan/wanted-strategy.js';

/** The label of each strategy, as the starter's settings name it. */
export type LabelNames = Readonly<Partial<Record<Strategy, string>>>;

/**
 * What the labels of a pull request say besides the delta of the versions, which decides. A label that contradicts the delta requests
 * another strategy, and needs approval. A missing label changes nothing.
 */
export type LabelVerdict =
  /** No label names a strategy. */
  | { readonly kind: 'none' }
  /** The label agrees with slipway.yaml. */
  | { readonly kind: 'agrees'; readonly label: string; readonly strategy: Strategy }
  | {
      readonly kind: 'disagrees';
      readonly label: string;
      readonly asked: Strategy;
      readonly declared: Strategy;
      readonly delta: Step;
    }
  /** Labels of both strategies contradict each other, so neither counts. */
  | { readonly kind: 'contradict'; readonly labels: readonly string[] }
  /** The Talos version does not change, so no strategy applies. */
  | { readonly kind: 'without-effect'; readonly label: string };

/** @param delta of the Talos version; undefined: the version stays. */
export function labelVerdict(
  labels: readonly string[],
  names: LabelNames,
  inventory: Pick<Inventory, 'upgrade'>,
  delta: Exclude<Delta, 'same'> | undefined,
): LabelVerdict {
  // Git hosts treat labels as case-insensitive.
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
