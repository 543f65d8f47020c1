import type { Reason } from '../reasons/reason.js';
import { escapeKey, formatAddress, parseAddress } from './address.js';

/** The variables of an address template. A node without a host or VM id has no value for that variable. */
export interface AddressValues {
  readonly node?: string | undefined;
  readonly host?: string | undefined;
  readonly role?: string | undefined;
  readonly vm?: number | undefined;
}

const names = ['node', 'host', 'role', 'vm'] as const;

/**
 * Expands an address template of slipway.yaml: `module.worker_nodes["{node}"]`, `module.templates["{host}-{role}"]`. Refused: an unknown
 * variable, a variable without a value for the node, and a result that is no module or resource.
 */
export function expandAddress(
  template: string,
  values: AddressValues,
): { readonly ok: true; readonly address: string } | { readonly ok: false; readonly reason: Reason } {
  const wrong: string[] = [];
  const text = template.replaceAll(/\{([^{}]*)\}/g, (whole, name: string) => {
    const known = names.find((one) => one === name);
    const value = known === undefined ? undefined : values[known];
    if (known === undefined)
      wrong.push(`${whole} is not known, only ${names.map((one) => `{${one}}`).join(', ')}`);
    else if (value === undefined)
      wrong.push(`${values.node ?? 'the template'} has no ${name} in slipway.yaml`);
    return value === undefined ? whole : escapeKey(String(value));
  });
  const parsed = wrong.length === 0 ? parseAddress(text) : undefined;
  if (parsed && parsed.resource?.mode !== 'data') return { ok: true, address: formatAddress(parsed) };
  const why = wrong[0] ?? (parsed ? 'a data source is only read' : `${text} is no module and no resource`);
  return { ok: false, reason: { kind: 'terraform-address-wrong', address: template, why } };
}
