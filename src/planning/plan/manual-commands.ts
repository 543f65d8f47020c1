import type { Inventory } from '../../inventory/schema.js';
import { type NodeCommands, commandsOf, credential, quote, seconds } from './manual-node-commands.js';
import { stepsOf } from '../steps/node-steps.js';
import {
  checkReplacementLines,
  replaceLines,
  templateLines,
  terraformAccessLines,
  latePatchLines,
} from './manual-commands-replace.js';
import type { Hop, PlannedNode, UpgradePlan } from './plan.js';
import { probeByHand, probesFor } from '../node/smoke-tests.js';

/**
 * The plan as commands for a terminal, so that an upgrade stays possible without Slipway. Comments say when to wait and what to check;
 * every flag of talosctl and kubectl that matters is written out. The commands are not meant to run unread.
 */
export function planCommands(plan: UpgradePlan, inventory: Inventory): string {
  const lines = [
    `# ${plan.cluster}: Talos ${plan.target}, by hand. One node at a time; stop at the first thing that is not as the comment says.`,
    `# Do not run this as a script: between the commands it is you who looks.`,
    '',
    ...accessLines(inventory),
    ...terraformAccessLines(plan, inventory),
    ...plan.hops.flatMap((hop) => hopLines(plan, hop, inventory)),
  ];
  return `${lines.join('\n')}\n`;
}

function accessLines(inventory: Inventory): string[] {
  const { talos, kubernetes } = inventory.access;
  return [
    ...credential('reader', 'talosconfig for looking, and for snapshots', talos.reader),
    ...credential('admin', 'talosconfig for upgrades', talos.admin),
    ...credential('kubeconfig', 'kubeconfig', kubernetes),
    'export KUBECONFIG="$kubeconfig"',
  ];
}

function hopLines(plan: UpgradePlan, hop: Hop, inventory: Inventory): string[] {
  const todo = hop.nodes.filter((node) => !node.skip);
  const controlPlanes = inventory.nodes.filter((node) => node.role === 'control-plane');
  let done = 0;
  const nodes = todo.flatMap((node, index) => {
    const via = controlPlanes.find((other) => other.name !== node.name) ?? controlPlanes[0];
    if (!via) throw new Error(`${plan.cluster} has no control plane to send requests through`);
    const stable = node.role === 'control-plane' && done > 0;
    done += node.role === 'control-plane' ? 1 : 0;
    const snapshot = index === 0 || node.role === 'control-plane';
    const by = commandsOf(node, via.address);
    const members = controlPlanes.map((one) => one.address).join(',');
    const steps = new Set(stepsOf(plan, node));
    return [
      '',
      `# --- ${index + 1} of ${todo.length}: ${node.name} (${node.role}), ${node.from} → ${hop.to}${node.replacement ? ', replaced' : ''} ---`,
      routeComment(node, via, inventory.vip),
      ...(stable
        ? [`sleep ${seconds(plan.limits.etcdStable)}  # etcd must have been healthy all that time`]
        : []),
      ...lookLines(by, plan, members),
      ...(snapshot ? snapshotLines(by, inventory, node, via.address) : []),
      ...(node.replacement ? checkReplacementLines(plan, hop, node, inventory) : []),
      ...(node.armed || node.replacement ? [] : imageLines(by, node)),
      ...cordonLines(by, node),
      ...(steps.has('drain') ? drainLines(by, plan, node) : []),
      ...(node.role === 'control-plane' && steps.has('transfer-leadership')
        ? transferLeadershipLines(by)
        : []),
      ...(node.replacement
        ? replaceLines({ by, plan, hop, node, inventory, way: via.address, members })
        : upgradeLines(by, plan, node, hop, members)),
      ...afterLines(by, plan, node, inventory),
    ];
  });
  return [...templateLines(plan, hop, inventory), ...nodes];
}

function routeComment(node: PlannedNode, via: Inventory['nodes'][number], vip: string | undefined): string {
  if (via.name === node.name)
    return '# There is no other control plane, so requests go through the node itself.';
  return `# Requests go through ${via.name} (${via.address}), never through ${node.name} itself${vip ? ` or the VIP ${vip}` : ''}.`;
}

/** @param members addresses of all control planes, in talosctl's format. */
function lookLines(by: NodeCommands, plan: UpgradePlan, members: string): string[] {
  return [
    by.look('etcd status', members) +
      '  # every member: one LEADER for all, no LEARNER, no ERRORS, applied indexes close',
    by.look('etcd alarm list', members) + '  # nothing',
    by.kubectl('get nodes') + '  # all Ready, no other control plane SchedulingDisabled',
    by.kubectl('get pdb -A') + '  # ALLOWED DISRUPTIONS above 0 for what runs on the node',
    `# Wait at most ${seconds(plan.limits.gates)} s for that; otherwise find out why first.`,
  ];
}

function snapshotLines(by: NodeCommands, inventory: Inventory, node: PlannedNode, from: string): string[] {
  const file = `before-${node.name}`;
  const kept = quote(`${inventory.snapshot.directory}/${file}.snapshot.age`);
  return [
    'umask 077  # a snapshot holds every Secret of the cluster',
    by.look(`etcd snapshot ${file}.snapshot`, from),
    `etcdutl snapshot status ${file}.snapshot -w table`,
    `etcdutl snapshot restore ${file}.snapshot --data-dir ${file}.restored && rm -r ${file}.restored  # it must restore`,
    `age -r ${inventory.snapshot.recipient} -o ${kept} ${file}.snapshot && rm ${file}.snapshot`,
  ];
}

function imageLines(by: NodeCommands, node: PlannedNode): string[] {
  const [host = '', rest = ''] = splitOnce(node.image, '/');
  const [name = '', tag = ''] = splitOnce(rest, ':');
  return [
    `curl -fsSIL --max-time 300 https://${host}/v2/${name}/manifests/${tag}  # 200: the factory has it; it may have to build it first`,
    by.act(`image pull ${node.image} --namespace system`),
  ];
}

function cordonLines(by: NodeCommands, node: PlannedNode): string[] {
  if (node.keepCordon) return [`# ${node.name} was cordoned by somebody: it stays so afterwards.`];
  return [by.kubectl(`cordon ${node.name}`)];
}

function drainLines(by: NodeCommands, plan: UpgradePlan, node: PlannedNode): string[] {
  return [
    by.kubectl(
      `drain ${node.name} --ignore-daemonsets=true --delete-emptydir-data=${plan.drain.deleteEmptyDirData} --force=false ` +
        `--disable-eviction=false --timeout=${seconds(plan.limits.drain)}s`,
    ) +
      `  # at most ${plan.drain.attempts} times; if a PodDisruptionBudget keeps a pod: uncordon, and see to the pod`,
  ];
}

function transferLeadershipLines(by: NodeCommands): string[] {
  return [
    by.act('etcd forfeit-leadership') + '  # says nothing when it does not lead',
    by.look('etcd status') + '  # LEADER is another member now; look at all members again before you go on',
  ];
}

function upgradeLines(
  by: NodeCommands,
  plan: UpgradePlan,
  node: PlannedNode,
  hop: Hop,
  members: string,
): string[] {
  return [
    by.act('read /proc/sys/kernel/random/boot_id') + '  # remember it',
    ...requestLines(by, plan, node, members),
    `# Within ${seconds(plan.limits.boot)} s: another boot id, version ${hop.to}, the same schematic and extensions.`,
    by.act('read /proc/sys/kernel/random/boot_id'),
    by.look('version --short'),
    by.look('get extensions') + `  # schematic ${node.schematic}`,
    `# Came back on ${node.from}? Do not install again: it would overwrite the slot that still boots. Look at dmesg first.`,
  ];
}

const once =
  '# Once, and only once: if the answer is lost, look what the node does instead of sending it again.';

/** The install and boot commands, by the flow of the node. */
function requestLines(by: NodeCommands, plan: UpgradePlan, node: PlannedNode, members: string): string[] {
  const mode = node.rebootMode ?? 'default';
  if (node.flow !== 'lifecycle') {
    return [
      once,
      by.act(`upgrade --image ${node.image} --wait=false --reboot-mode ${mode} --stage=false --force=false`),
    ];
  }
  const install = by.act(
    `upgrade --image ${node.image} --no-reboot --drain=false --legacy=false --progress plain --timeout ${seconds(plan.limits.install)}s`,
  );
  return [
    ...(node.armed
      ? ['# The version is installed already: installing it again could overwrite the slot that runs.']
      : [
          once,
          `${install}  # nothing stops yet; whatever reboots the node from now on boots the new version`,
        ]),
    ...(node.role === 'control-plane'
      ? [
          '# Talos does not look at etcd here. Look at every member again, now:',
          by.look('etcd status', members),
        ]
      : []),
    by.act(`reboot --mode ${mode} --wait=false --drain=false`),
  ];
}

function afterLines(by: NodeCommands, plan: UpgradePlan, node: PlannedNode, inventory: Inventory): string[] {
  const etcd =
    node.role === 'control-plane'
      ? [by.look('etcd status') + '  # votes (no LEARNER), applied index close to the others']
      : [];
  return [
    by.kubectl(`wait --for=condition=Ready node/${node.name} --timeout=${seconds(plan.limits.ready)}s`),
    ...etcd,
    ...latePatchLines(by, plan, node, inventory),
    by.look('service') + '  # nothing unhealthy',
    by.kubectl(`get node ${node.name} --show-labels`) + '  # labels and taints as before',
    ...probeLines(by, node, inventory),
    ...(node.keepCordon ? [] : [by.kubectl(`uncordon ${node.name}`)]),
    ...(node.soak > 0 ? [`sleep ${seconds(node.soak)}  # and watch: kubectl get pods -A`] : []),
    by.kubectl('get pods -A -o wide') + `  # nothing Pending, nothing restarting on ${node.name}`,
  ];
}

/** The smoke tests that Slipway would run, before other pods may run there. */
function probeLines(by: NodeCommands, node: PlannedNode, inventory: Inventory): string[] {
  const known = inventory.nodes.find(({ name }) => name === node.name);
  const probes = node.probes && known ? probesFor(inventory, known) : [];
  return probes.map(
    (probe) => `${by.kubectl(probeByHand(probe, node.name))}  # it must end with 0; it is deleted at its end`,
  );
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
