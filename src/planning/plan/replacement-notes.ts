import { armedWith } from '../node/armed.js';
import { deviceOf, needsFiles } from '../node/devices.js';
import { usually } from './estimate.js';
import { count, listed, span } from '../text/phrases.js';
import type { Hop, PlannedNode } from './plan.js';
import type { PlanInput, SeenNode } from './plan-input.js';
import { flowOf } from '../versions/upgrade-flow.js';

/** Notes before machines are replaced: what is lost with them, what comes first, what a rollback costs. */
export function replacementNotes(
  input: PlanInput,
  seen: readonly SeenNode[],
  hops: readonly Hop[],
): string[] {
  const made = hops.map((hop) => ({ ...hop, replaced: hop.nodes.filter((node) => node.replacement) }));
  const replacing = made.filter(({ replaced }) => replaced.length > 0);
  const all = replacing.flatMap(({ replaced }) => replaced);
  const names = [...new Set(all.flatMap(({ name, replacement }) => (replacement?.continues ? [] : [name])))];
  const [first] = replacing;
  if (!first) return [];
  const continued = all.flatMap((node) => continuedNotes(node));
  if (names.length === 0) return [...continued, ...replacing.flatMap((hop) => templateNotes(hop))];
  return [
    ...continued,
    `${listed(names, 12)}: destroyed and replaced by Terraform, which cannot be undone; what is on ${names.length === 1 ? 'its disk' : 'their disks'} is gone ` +
      '(local volumes, images, logs), name, address and Node stay',
    ...paceNotes(input, replacing),
    ...keptNotes(input),
    ...otherChangesNotes(input),
    ...replacing.flatMap((hop) => templateNotes(hop)),
    ...noTemplatesNotes(input),
    rollbackNote(first, first.replaced),
    ...memberNotes(first.replaced),
    ...deviceNotes(input, replacing),
    ...valueNotes(input, replacing.at(-1) ?? first),
    ...markNotes(seen, names),
    ...afterNotes(input, names),
  ];
}

/** What happens to an incomplete replacement of an earlier run. */
function continuedNotes({ name, role, replacement }: PlannedNode): string[] {
  if (!replacement?.continues) return [];
  const stands =
    replacement.continues === 'waiting'
      ? 'a new machine waits there, and gets its configuration if it is the one in the Terraform state'
      : 'nothing answers there, and what the Terraform state lacks is made; if its old machine may still run somewhere, do not start this';
  const member =
    role === 'control-plane'
      ? '; its etcd member is removed by its id, and until the new one votes etcd has none to spare'
      : '';
  return [
    `${name} is continued, before any other node: an earlier run began to replace its machine; ${stands}${member}`,
  ];
}

/** Where slipway.yaml would allow several workers at a time. */
function paceNotes({ inventory: { upgrade } }: PlanInput, hops: readonly Hop[]): string[] {
  const workers = hops
    .flatMap(({ nodes }) => nodes)
    .filter((node) => node.replacement && node.role === 'worker');
  if (upgrade.workers.batch === 1 || workers.length < 2) return [];
  return [
    `nodes that are replaced go one at a time, though upgrade.workers.batch is ${upgrade.workers.batch}: the Terraform state has one writer, ` +
      'and what is done to a node is planned on the state as the node before it left it',
  ];
}

/** What Terraform leaves unchanged when it replaces a node. */
function keptNotes({ inventory: { terraform } }: PlanInput): string[] {
  if (!terraform || terraform.keep.length === 0) return [];
  return [`kept when a machine is replaced, by type (terraform.keep): ${listed(terraform.keep, 8)}`];
}

/** Where Terraform was asked what else it would change, and gave no result. */
function otherChangesNotes({ otherChanges }: PlanInput): string[] {
  if (otherChanges?.kind !== 'unreachable') return [];
  return [
    `what else Terraform would change of these machines is not known (${otherChanges.why}): it is looked at before each node is touched, and refused then`,
  ];
}

function templateNotes({ to, templates = [] }: Hop): string[] {
  if (templates.length === 0) return [];
  return [
    `before the first node of Talos ${to}: ${count(templates.length, 'template')}, those of another version, are made of it; no machine changes by that`,
  ];
}

/** Nothing is replaced before the nodes, so Slipway does not ensure the version of what they are cloned from. */
function noTemplatesNotes({ inventory: { terraform } }: PlanInput): string[] {
  if (!terraform || terraform.templates) return [];
  return [
    'slipway.yaml names no templates (terraform.templates): new machines are made of whatever template or image Terraform finds, ' +
      'and one that boots another version halts the run, its old machine being gone',
  ];
}

/** Template ids are fixed: the old and the new template cannot exist side by side. */
function rollbackNote({ templates = [] }: Hop, replaced: readonly PlannedNode[]): string {
  const versions = [...new Set(replaced.map(({ from }) => from))];
  const first =
    templates.length === 0
      ? ''
      : `the template of its host and role is replaced first, which takes about ${span(usually.template)}, then `;
  return (
    `a rollback replaces a machine again, with ${listed(versions)}: ${first}the machine, about ` +
    `${span(usually.replaced)}; there is no older boot slot on a new disk`
  );
}

function memberNotes(replaced: readonly PlannedNode[]): string[] {
  const controlPlanes = replaced.filter(({ role }) => role === 'control-plane').map(({ name }) => name);
  if (controlPlanes.length === 0) return [];
  return [
    `${listed(controlPlanes)}: the etcd member goes with the machine, is removed by its id, and the new one takes its data from the others`,
  ];
}

/** Where Terraform brings the machine configuration, device requirements cannot be checked beforehand. */
function deviceNotes(
  { inventory }: PlanInput,
  hops: readonly { readonly to: string; readonly replaced: readonly PlannedNode[] }[],
): string[] {
  const names = hops.flatMap(({ to, replaced }) =>
    replaced
      .filter(({ name, replacement }) => {
        const device = deviceOf(inventory, name);
        return replacement?.configuration === 'terraform' && device !== undefined && needsFiles(device, to);
      })
      .map(({ name }) => name),
  );
  if (names.length === 0) return [];
  return [
    `${listed([...new Set(names)], 12)}: Terraform brings the machine configuration, so what their cards need in it is looked for afterwards only`,
  ];
}

/** Where Terraform gets other values than git declares. */
function valueNotes({ inventory, request }: PlanInput, { values = {} }: Hop): string[] {
  const variables = inventory.terraform?.variables;
  const given = variables?.kubernetes === undefined ? undefined : values[variables.kubernetes];
  const declared = inventory.versions.kubernetes;
  return [
    ...(given === undefined || given.replace(/^v/, '') === declared.replace(/^v/, '')
      ? []
      : [
          `new machines get Kubernetes ${given}, which runs; slipway.yaml declares ${declared}, and an upgrade of Talos changes no Kubernetes`,
        ]),
    ...(request.declared
      ? []
      : [
          `git does not declare Talos ${request.talos}: afterwards a plan of Terraform's own would replace these machines again`,
        ]),
  ];
}

/** What an earlier run left on a node, and what happens to it. */
function markNotes(seen: readonly SeenNode[], names: readonly string[]): string[] {
  return seen.flatMap(({ node, talos, object }): string[] => {
    if (!object || !talos || !names.includes(node.name)) return [];
    const armed = flowOf(talos.version) === 'lifecycle' ? armedWith(object) : undefined;
    return [
      ...(armed
        ? [
            `${node.name} ${armed.sure ? 'has' : 'may have'} ${armed.version} installed: it goes with the machine, unless something reboots it before`,
          ]
        : []),
      ...(object.marks.replace === undefined
        ? []
        : [
            `an earlier run replaced the machine of ${node.name}, or nearly did; what stands there now is looked at before anything is sent`,
          ]),
    ];
  });
}

/** What slipway.yaml asks the operator to do, once for all nodes of a role. */
function afterNotes({ inventory }: PlanInput, names: readonly string[]): string[] {
  return (['control-plane', 'worker'] as const).flatMap((role) => {
    const of = inventory.nodes.filter((node) => node.role === role && names.includes(node.name));
    const nodes = listed(
      of.map(({ name }) => name),
      12,
    );
    const notes = of.length === 0 ? [] : (inventory.roles[role]?.afterReplacement ?? []);
    return notes.map((note) => `afterwards, for each of ${nodes}: ${note}`);
  });
}
