import type { CredentialReference } from '../../inventory/credential.js';
import type { Inventory } from '../../inventory/schema.js';
import { type NodeCommands, credential, printing, quote, seconds } from './manual-node-commands.js';
import { nodeConfiguration, patchesFor } from '../node/node-configuration.js';
import type { Hop, PlannedNode, UpgradePlan } from './plan.js';
import { wantsVariablesAgain } from '../terraform/saved-plan.js';

/** Sets up Terraform: its configuration, credentials and state. */
export function terraformAccessLines(plan: UpgradePlan, inventory: Inventory): string[] {
  const { terraform } = plan;
  const section = inventory.terraform;
  if (!terraform || !section) return [];
  const { version, repository, folder, workspace, commit } = terraform;
  const backend = section.backend.map((reference, index) => ({ name: `backend${index}`, reference }));
  const files = section.variables.files.map((reference, index) => ({ name: `variables${index}`, reference }));
  const where = repository === undefined ? '' : ` of ${repository}`;
  return [
    '',
    `# ${terraform.tool} ${version}, and no newer one: a state it wrote is lost to the older ones.`,
    ...backend.flatMap((file) => fileLines(file, 'for -backend-config')),
    ...files.flatMap((file) => fileLines(file, 'for -var-file')),
    ...Object.entries(section.env).map(
      ([name, reference]) => `${name}="$(${printing(reference)})" && export ${name}`,
    ),
    `configuration=${quote(folder)}  # in a clean checkout${where} of commit ${commit}`,
    `${terraformOf(plan)} init -input=false${backend.map(({ name }) => ` -backend-config="$${name}"`).join('')}`,
    ...(workspace === 'default' ? [] : [`${terraformOf(plan)} workspace select ${quote(workspace)}`]),
  ];
}

/** The templates of a hop, in one plan: hosts work in parallel. */
export function templateLines(plan: UpgradePlan, hop: Hop, inventory: Inventory): string[] {
  const { templates = [] } = hop;
  if (templates.length === 0) return [];
  const targets = templates.map((address) => ` -target=${quote(address)}`).join('');
  return [
    '',
    `# --- the templates of Talos ${hop.to}, before any node ---`,
    `${planning(plan, hop, inventory)} -out=templates.tfplan${targets}`,
    `${terraformOf(plan)} show templates.tfplan  # templates alone: stop if any machine would change; -replace=ADDRESS for a template that would be changed in place`,
    `${applying(plan, hop, inventory)} templates.tfplan`,
  ];
}

/** What Terraform would do, before anything is touched. */
export function checkReplacementLines(
  plan: UpgradePlan,
  hop: Hop,
  node: PlannedNode,
  inventory: Inventory,
): string[] {
  return ['# Nothing is changed by this yet:', ...replacementPlan(plan, hop, node, inventory)];
}

/** Everything about the replacement of one node. */
interface Replacement {
  readonly by: NodeCommands;
  readonly plan: UpgradePlan;
  readonly hop: Hop;
  readonly node: PlannedNode;
  readonly inventory: Inventory;
  /** Address of the control plane that requests go through. */
  readonly way: string;
  /** Addresses of all control planes, in talosctl's format. */
  readonly members: string;
}

/** From the preflight check to a machine that boots its target. */
export function replaceLines({ by, plan, hop, node, inventory, way, members }: Replacement): string[] {
  const isControlPlane = node.role === 'control-plane';
  if (node.replacement?.continues) return continueLines({ by, plan, hop, node, inventory, way, members });
  return [
    '# The same again, as things are now:',
    ...replacementPlan(plan, hop, node, inventory),
    by.look('get systeminformation -o yaml') + '  # remember its uuid',
    ...(isControlPlane
      ? [
          by.look('etcd members', way) + `  # remember the ID of ${node.name}`,
          by.look('etcd status', members) + '  # every member again, now; another one leads',
        ]
      : []),
    '# From here on the old machine is gone. Once, and only once: if its end is not known, look at the state and at the hypervisor',
    '# before anything is sent again; a second -replace would destroy what the first one has made.',
    `${applying(plan, hop, inventory)} ${quote(planFile(node))}`,
    ...(isControlPlane
      ? [
          `talosctl --talosconfig "$admin" -n ${way} -e ${way} etcd remove-member ID  # the ID remembered; that there is none is fine`,
        ]
      : []),
    ...configurationLines(node, inventory),
    `# Within ${seconds(plan.limits.boot)} s: another uuid, version ${hop.to}, schematic ${node.schematic}.`,
    by.look('version --short'),
    by.look('get extensions'),
  ];
}

/** Resumes an incomplete replacement: nothing is replaced, and what the state lacks is created. */
function continueLines({ by, plan, node, inventory, hop, way }: Replacement): string[] {
  return [
    '# An earlier run destroyed its machine. If the plan above is empty, it was made, and nothing is applied:',
    `${terraformOf(plan)} apply -input=false ${quote(planFile(node))}`,
    ...(node.role === 'control-plane'
      ? [
          by.look('etcd members', way) + `  # the ID of ${node.name}, if it is still there`,
          `talosctl --talosconfig "$admin" -n ${way} -e ${way} etcd remove-member ID`,
        ]
      : []),
    ...configurationLines(node, inventory),
    `# Within ${seconds(plan.limits.boot)} s: version ${hop.to}, schematic ${node.schematic}.`,
    by.look('version --short'),
    by.look('get extensions'),
  ];
}

function configurationLines(node: PlannedNode, inventory: Inventory): string[] {
  const reference = nodeConfiguration(inventory, node);
  if (!reference) return ['# Its machine configuration comes by Terraform: it joins automatically.'];
  const known = inventory.nodes.find(({ name }) => name === node.name);
  const patches = known ? patchesFor(inventory, known, 'creation') : [];
  const merged = patches.map((_, at) => ` --config-patch "@$patch${at + 1}"`).join('');
  const machine = `talosctl -n ${node.address} -e ${node.address}`;
  return [
    ...credential('machine', `machine configuration of ${node.name}`, reference),
    ...patches.flatMap((patch, at) =>
      credential(`patch${at + 1}`, `patch ${at + 1} for ${node.name}`, patch),
    ),
    `${machine} get systeminformation --insecure -o yaml  # the uuid that Terraform made; otherwise it is another machine`,
    `${machine} apply-config --insecure --file "$machine"${merged}`,
  ];
}

/** The patches for a Ready node: all in one command, so that it reboots once at most. */
export function latePatchLines(
  by: NodeCommands,
  plan: UpgradePlan,
  node: PlannedNode,
  inventory: Inventory,
): string[] {
  const known = inventory.nodes.find(({ name }) => name === node.name);
  const patches = node.patches && known ? patchesFor(inventory, known, 'after-ready') : [];
  if (patches.length === 0) return [];
  const all = patches.map((_, at) => ` --patch "@$late${at + 1}"`).join('');
  const patch = (flags: string): string => by.act(`patch machineconfig${all} --mode ${flags}`);
  return [
    ...patches.flatMap((one, at) => credential(`late${at + 1}`, `patch ${at + 1} for ${node.name}`, one)),
    `${patch('auto --dry-run')}  # what changes, and whether it reboots${node.role === 'control-plane' ? '; if so, look at every etcd member again first' : ''}`,
    `${patch('auto')}  # once: lists in patches are appended to`,
    `# If it reboots: within ${seconds(plan.limits.boot)} s another boot id, and Ready again.`,
  ];
}

/** One `-replace` for each resource of the node: Terraform has none for a whole module. */
function replacementPlan(plan: UpgradePlan, hop: Hop, node: PlannedNode, inventory: Inventory): string[] {
  const address = quote(node.replacement?.address ?? '');
  if (node.replacement?.continues)
    return [
      `${planning(plan, hop, inventory)} -out=${quote(planFile(node))} -target=${address}`,
      `${terraformOf(plan)} show ${quote(planFile(node))}  # what is gone of ${node.name} created, and nothing else`,
    ];
  const kept = (inventory.terraform?.keep ?? []).map((what) => ` | grep -v${keptText(what)}`).join('');
  return [
    `${terraformOf(plan)} state list ${address} | grep -vF .data.${kept} | sed 's/^/-replace=/' | tr '\\n' '\\0' | \\`,
    `  xargs -0 ${planning(plan, hop, inventory)} -out=${quote(planFile(node))} -target=${address}`,
    `${terraformOf(plan)} show ${quote(planFile(node))}  # the machine of ${node.name} destroyed and created, and nothing else; of it only template, image and ids differ`,
  ];
}

/** The pattern for `grep -v`: a type stands before a name, `type.name` at the end of an address. */
function keptText(what: string): string {
  return what.includes('.')
    ? `E ${quote(String.raw`\.${what.replaceAll('.', String.raw`\.`)}(\[.*\])?$`)}`
    : `F ${quote(`.${what}.`)}`;
}

/** With the versions of this hop: git names only those of the last hop. */
function planning(plan: UpgradePlan, hop: Hop, inventory: Inventory): string {
  const lock = seconds(plan.limits.terraformLock);
  return `${terraformOf(plan)} plan -input=false -lock-timeout=${lock}s${variables(hop, inventory)}`;
}

function applying(plan: UpgradePlan, hop: Hop, inventory: Inventory): string {
  const again = wantsVariablesAgain(plan.terraform?.version ?? '0.0.0') ? variables(hop, inventory) : '';
  return `${terraformOf(plan)} apply -input=false${again}`;
}

function variables({ values = {} }: Hop, { terraform }: Inventory): string {
  const files = (terraform?.variables.files ?? []).map((_, index) => ` -var-file="$variables${index}"`);
  const given = Object.entries(values).map(([name, value]) => ` -var ${quote(`${name}=${value}`)}`);
  return `${files.join('')}${given.join('')}`;
}

/** Terraform runs in its own folder, so every other path is absolute. */
function terraformOf({ terraform }: UpgradePlan): string {
  return `${terraform?.tool ?? 'terraform'} -chdir="$configuration"`;
}

function fileLines(
  { name, reference }: { name: string; reference: CredentialReference },
  what: string,
): string[] {
  const isRelative = 'file' in reference && !reference.file.startsWith('/');
  return [...credential(name, what, reference), ...(isRelative ? [`${name}="$PWD/$${name}"`] : [])];
}

function planFile({ name }: PlannedNode): string {
  return `${name}.tfplan`;
}
