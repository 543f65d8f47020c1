import type { Reason } from '../reasons/reason.js';
import { covers } from './address.js';
import { expandAddress } from './address-template.js';
import { creationsIn, isAction } from './planned-changes.js';
import { type AddedRules, rulesOf } from './resource-rules.js';
import { managedInstances, nearTo, type StateInstance } from './state-instances.js';
import type { TerraformPlan, TerraformState } from './terraform-json.js';

/** Template that the machines of one role on one host are cloned from. */
export interface Template {
  readonly host: string;
  readonly role: string;
  readonly address: string;
}

/** The template of each node, each once, in the order of the nodes. Refused: a node without a host, which has none. */
export function templatesOf(
  nodes: readonly { readonly node: string; readonly host?: string | undefined; readonly role: string }[],
  addressTemplate: string,
): { readonly templates: readonly Template[]; readonly refusals: readonly Reason[] } {
  const templates = new Map<string, Template>();
  const refusals: Reason[] = [];
  for (const { node, host, role } of nodes) {
    const expanded = expandAddress(addressTemplate, { node, host, role });
    if (!expanded.ok) refusals.push(expanded.reason);
    else if (!templates.has(expanded.address))
      templates.set(expanded.address, { host: host ?? '', role, address: expanded.address });
  }
  return { templates: [...templates.values()], refusals };
}

/** The templates of every host and role of the inventory, whether or not a node is cloned from them. */
export function allTemplates(
  nodes: readonly { readonly host?: string | undefined; readonly role: string }[],
  addressTemplate: string,
): readonly Template[] {
  const hosts = [...new Set(nodes.map(({ host }) => host))];
  const roles = [...new Set(nodes.map(({ role }) => role))];
  const every = roles.flatMap((role) => hosts.map((host) => ({ node: '', host, role })));
  return templatesOf(every, addressTemplate).templates;
}

/** Inputs of the decision about templates. */
export interface TemplateQuestion {
  readonly templates: readonly Template[];
  readonly state: TerraformState;
  /** A plan with the wanted versions, whose targets are the templates. */
  readonly plan: TerraformPlan;
  /** Address → what the template was made of at its last replacement, where that was recorded. */
  readonly recorded: Readonly<Record<string, string>>;
  /** Address → what it is to be made of: version and schematic in any one form. */
  readonly wanted: Readonly<Record<string, string>>;
  readonly rules?: AddedRules;
}

/**
 * Of the templates of every host and role, those that exist or will: a node is cloned from them, the state has them, or Terraform would
 * create them. Not every host has one of every role.
 */
export function knownTemplates(
  nodes: readonly { readonly node: string; readonly host?: string | undefined; readonly role: string }[],
  addressTemplate: string,
  { state, plan }: Pick<TemplateQuestion, 'state' | 'plan'>,
): readonly Template[] {
  const made = templatesOf(nodes, addressTemplate).templates.map(({ address }) => address);
  const there = managedInstances(state);
  return allTemplates(nodes, addressTemplate).filter(
    ({ address }) =>
      made.includes(address) ||
      there.some((instance) => covers(address, instance.address)) ||
      creationsIn(plan, [address]).length > 0,
  );
}

export interface TemplateToReplace extends Template {
  /** Terraform wants to change it; or Terraform sees no difference, and it was made of another version. */
  readonly why: 'planned' | 'other-version';
  /** Addresses for `-replace`, so that nothing is changed in place: an updated template keeps its old disk. */
  readonly replace: readonly StateInstance[];
}

/** Templates to replace before any node, and those that stay. */
export interface TemplateDecision {
  readonly replace: readonly TemplateToReplace[];
  readonly keep: readonly Template[];
  /** Hosts that work in parallel, within one apply: a state has one writer. */
  readonly hosts: readonly string[];
  readonly refusals: readonly Reason[];
}

/**
 * Which templates to replace first: only those that differ. Their ids are fixed, so old and new cannot exist side by side, and a rollback
 * to the old version first replaces the old template of its host and role.
 */
export function templatesToReplace(question: TemplateQuestion): TemplateDecision {
  const { templates, state, plan, recorded, wanted, rules } = question;
  const all = managedInstances(state);
  const acting = (plan.resource_changes ?? []).filter(isAction);
  const replace: TemplateToReplace[] = [];
  const keep: Template[] = [];
  const refusals: Reason[] = [];
  for (const template of templates) {
    const { address } = template;
    const instances = all.filter((instance) => covers(address, instance.address));
    const planned = acting.some((change) => covers(address, change.address));
    const [was, is] = [recorded[address], wanted[address]];
    const outdated = was !== undefined && is !== undefined && was !== is;
    const name = `${template.host}-${template.role}`;
    if (instances.length === 0 && !planned)
      refusals.push({ kind: 'terraform-address-empty', name, address, near: nearTo(address, all) });
    else if (planned || outdated)
      replace.push({
        ...template,
        why: planned ? 'planned' : 'other-version',
        replace: instances.filter(({ type }) => rulesOf(type, 'template', rules).disposable !== true),
      });
    else keep.push(template);
  }
  return { replace, keep, hosts: [...new Set(replace.map(({ host }) => host))], refusals };
}
