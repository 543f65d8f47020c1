import type { Reason } from '../reasons/reason.js';
import { attributeChanges } from './attribute-changes.js';
import { pathText } from './attribute-paths.js';
import { actionOf } from './planned-changes.js';
import { type AddedRules, ruleFor, rulesOf } from './resource-rules.js';
import type { ResourceChange } from './terraform-json.js';

/** The rules in effect: those of machines or templates, plus the inventory's. */
export interface RulesInForce {
  readonly purpose: 'machine' | 'template';
  readonly rules?: AddedRules;
}

/** Every attribute that changes and may not, by name, old and new. */
export function checkAttributes(change: ResourceChange, inForce: RulesInForce): Reason[] {
  const type = change.type ?? '';
  const rules = rulesOf(type, inForce.purpose, inForce.rules);
  return attributeChanges(change.change, rules).flatMap(({ path, from, to, whole, unknown }): Reason[] => {
    const rule = ruleFor(rules, path, unknown);
    if (rule === 'may-change') return [];
    return [
      {
        kind: 'terraform-attribute',
        address: change.address,
        path: pathText(path),
        from,
        to,
        guarded: rule === 'guarded',
        type,
        ...(whole.from && whole.to ? { whole: true } : {}),
      },
    ];
  });
}

/**
 * Out-of-band changes of guarded attributes: the state does not describe the actual machine, so neither does the plan. A machine that is
 * gone is drift as well, unless it is to be created.
 */
export function checkDrift(
  drift: ResourceChange,
  inForce: RulesInForce & { readonly creates: readonly string[] },
): Reason[] {
  const { address } = drift;
  if (actionOf(drift) === 'delete') {
    if (inForce.creates.includes(address)) return [];
    return [{ kind: 'terraform-drifted', address, path: 'the resource itself', from: 'there', to: 'gone' }];
  }
  const rules = rulesOf(drift.type ?? '', inForce.purpose, inForce.rules);
  return attributeChanges(drift.change, rules).flatMap(({ path, from, to, unknown }): Reason[] =>
    ruleFor(rules, path, unknown) === 'guarded'
      ? [{ kind: 'terraform-drifted', address, path: pathText(path), from, to }]
      : [],
  );
}
