import type { AdviceCommands, Advices } from './reason-table.js';
import type { ReplacementReason } from './replacement-reason.js';

const thenRelease = (say: AdviceCommands): string => say.release('once the cluster is well; touches no node');
const again = (say: AdviceCommands): string =>
  say.upgrade('continues with the nodes that are left, after the release');
const itsNode = (node: string, say: AdviceCommands): string =>
  say.kubectl(`get node ${node} -o wide`, 'whether its kubelet is heard of; look at its console too');

export const replacementAdvice: Advices<ReplacementReason> = {
  'replacement-unprepared': (_, say) => [
    say.inventoryCheck('after it was written, or upgrade.strategy was set to in-place'),
    say.plan('what it would do then', ''),
  ],
  'replacement-endpoint': ({ node }, say) => [
    say.plan(`the other nodes; ${node} once machine configurations name another way in`, '--only NODE…'),
    say.inventoryCheck('after machine configurations and controlPlane.endpoint name a virtual address'),
  ],
  'replacement-loses-etcd': (_, say) => [
    say.plan('the workers alone', '--only NODE…'),
    say.inventoryCheck('after upgrade.strategy was set to in-place, or two control planes were added'),
  ],
  'replacement-kubernetes-mixed': (_, say) => [
    say.kubectl('get nodes -o wide', 'which kubelet runs where; bring all to one version first'),
    say.plan('again, once there is one version', ''),
  ],
  'replacement-unfinished': ({ nodes: [first = ''] }, say) => [
    say.talosctl(first, 'get machinestatus --insecure', 'whether a new machine waits there'),
    say.terraform('state list', 'what Terraform has of it'),
    say.upgrade('resumes it before all others; with --only, name it too'),
  ],
  'replace-unknown': ({ node }, say) => [
    say.terraform('state pull', 'whether its serial has moved, and what the state holds now'),
    say.talosctl(node, 'get systeminformation', 'whether it is still the old machine'),
    say.giveBack(node, 'if it is: return the node to service'),
    thenRelease(say),
    again(say),
  ],
  'machine-identity-unknown': (_, say) => [
    say.terraform('state list', 'what stands at the address'),
    say.inventoryCheck('after terraform.resources.TYPE.uuid or .mac was set to the attribute that holds it'),
  ],
  'machine-other': ({ node }, say) => [
    say.talosctl(
      node,
      'get systeminformation --insecure',
      'which machine answers; without --insecure once it has joined',
    ),
    say.terraform('state list', 'where its machine is; compare with the hypervisor'),
    thenRelease(say),
  ],
  'machine-silent': ({ node }, say) => [
    say.talosctl(node, 'get machinestatus --insecure', 'if it answers by now; look at its console too'),
    itsNode(node, say),
    thenRelease(say),
  ],
  'machine-unconfigured': ({ node }, say) => [
    say.talosctl(
      node,
      'apply-config --insecure --file FILE',
      'gives it its configuration, if it is the right machine',
    ),
    thenRelease(say),
    again(say),
  ],
  'machine-wrong-version': ({ node }, say) => [
    say.talosctl(node, 'get version --insecure', 'what runs; without --insecure once it has joined'),
    say.terraform('state list', 'the templates; the one of its host and role holds another version'),
    thenRelease(say),
    again(say),
  ],
  'machine-not-replaced': ({ node }, say) => [
    say.talosctl(node, 'get systeminformation', 'which machine it is'),
    say.terraform('state list', 'what the state holds; compare with the hypervisor'),
    thenRelease(say),
  ],
  'machine-never-joined': ({ node }, say) => [
    say.talosctl(node, 'dmesg', 'if it answers; otherwise its console says why'),
    itsNode(node, say),
    thenRelease(say),
    say.upgrade('takes the node up again, after the release'),
  ],
  'configuration-wrong': (_, say) => [
    say.inventoryCheck('after the reference or the configuration was corrected'),
    thenRelease(say),
    again(say),
  ],
  'configuration-refused': ({ node }, say) => [
    say.talosctl(node, 'apply-config --insecure --dry-run --file FILE', 'what it says of the configuration'),
    thenRelease(say),
    again(say),
  ],
  'network-cards-wrong': ({ node, of }, say) => [
    of === 'terraform'
      ? say.terraform(
          'state list',
          'where its machine is; show it, and compare its cards with roles.ROLE.nics',
        )
      : say.talosctl(
          node,
          'get links -o yaml',
          'its cards: those without a kind; compare with the hypervisor',
        ),
    say.inventoryCheck('after roles.ROLE.nics was corrected, if it is slipway.yaml that is wrong'),
    thenRelease(say),
    again(say),
  ],
  'network-identity-lost': ({ node }, say) => [
    say.talosctl(node, 'get links -o yaml', 'its MACs; compare with the hypervisor and with DHCP'),
    say.terraform('state list', 'where its machine is, and the MAC it should have'),
    thenRelease(say),
  ],
  'device-configuration-wrong': ({ node, of }, say) => [
    ...(of === 'running'
      ? [say.talosctl(node, 'get machineconfig -o yaml', 'the files it writes, under machine.files')]
      : []),
    say.inventoryCheck('after patches, or devices.RESOURCE.configuration, were corrected'),
    thenRelease(say),
    again(say),
  ],
  'device-not-offered': ({ node }, say) => [
    say.kubectl(`describe node ${node}`, 'what it offers, under Allocatable, and its pods'),
    say.talosctl(node, 'get pcidevices', 'whether the machine has the card; look at the hypervisor if not'),
    thenRelease(say),
    again(say),
  ],
  'patch-works-once': (_, say) => [
    say.inventoryCheck('after the patch was written so that it may be merged again: no remove, no test'),
    thenRelease(say),
    again(say),
  ],
  'patches-owed': ({ node, version }, say) => [
    say.upgrade('brings it its patches, and uncordons it', `--talos ${version} --only ${node}`),
    say.plan('then the plan you asked for', ''),
  ],
  'patch-not-in-effect': ({ node }, say) => [
    say.talosctl(node, 'get machineconfig -o yaml', 'whether they are in it'),
    say.talosctl(node, 'dmesg', 'what it says of them'),
    thenRelease(say),
    again(say),
  ],
  'patch-unanswered': ({ node }, say) => [
    say.talosctl(node, 'dmesg', 'whether it took a configuration, and reboots'),
    say.talosctl(node, 'get machineconfig -o yaml', 'whether they are in it by now'),
    thenRelease(say),
    say.upgrade('takes the node up again, with its patches, after the release'),
  ],
  'patch-failed': (_, say) => [
    say.inventoryCheck('after the patch was corrected'),
    thenRelease(say),
    again(say),
  ],
};
