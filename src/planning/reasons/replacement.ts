import { count, listed, moment, quoted } from '../text/phrases.js';
import {
  type AdviceCommands,
  type Entries,
  refuse,
  passing,
  undo,
  halt,
  haltWithRollback,
  thenRelease,
  continueAfterRelease,
} from './entry.js';

/** Why a plan replaces no machine. */
export type ReplacementPlanReason =
  /** Settings of slipway.yaml that it would need. */
  | { readonly kind: 'replacement-unprepared'; readonly missing: readonly string[] }
  /** Machine configurations lead to the cluster through this very node. */
  | { readonly kind: 'replacement-endpoint'; readonly node: string; readonly endpoint: string }
  /** No other members would keep its etcd data. */
  | { readonly kind: 'replacement-loses-etcd'; readonly node: string; readonly members: number }
  /** Terraform's variable has one value, and the cluster runs several versions. */
  | {
      readonly kind: 'replacement-kubernetes-mixed';
      readonly variable: string;
      readonly lowest: string;
      readonly highest: string;
    };

/** Why an incomplete replacement of an earlier run is not resumed. */
export type ContinueReason =
  /** It must be resumed before any other node; of several, a person resumes all but one. */
  { readonly kind: 'replacement-unfinished'; readonly nodes: readonly string[] };

/** Why a node whose machine Terraform replaces goes no further. */
export type ReplacementReason =
  | ReplacementPlanReason
  | ContinueReason
  /** Terraform was started, or nearly was, and whether it began with the machine is not known. */
  | { readonly kind: 'replace-unknown'; readonly node: string; readonly since: string }
  /** Neither a system UUID nor a MAC can be read from the Terraform state, so the machine cannot be identified. */
  | { readonly kind: 'machine-identity-unknown'; readonly node: string; readonly address: string }
  /** Another machine than the one Terraform knows stands at the node's address. */
  | {
      readonly kind: 'machine-other';
      readonly node: string;
      readonly what: 'system UUID' | 'MAC';
      readonly expected: string;
      readonly found: string;
    }
  /** The node's address is unreachable. */
  | {
      readonly kind: 'machine-unreachable';
      readonly node: string;
      readonly address: string;
      readonly why: string;
    }
  /** It waits in maintenance mode for a configuration that was to come with it. */
  | { readonly kind: 'machine-unconfigured'; readonly node: string; readonly address: string }
  /** It booted another version than that of the hop: it was cloned from another template. */
  | {
      readonly kind: 'machine-wrong-version';
      readonly node: string;
      readonly version: string;
      readonly wanted: string;
    }
  /** The machine that should be gone responds. */
  | { readonly kind: 'machine-not-replaced'; readonly node: string; readonly uuid: string }
  | {
      readonly kind: 'machine-never-joined';
      readonly node: string;
      readonly since: string;
      readonly last: string;
    }
  /** The machine configuration by reference is another node's, or none. */
  | {
      readonly kind: 'configuration-wrong';
      readonly node: string;
      readonly reference: string;
      readonly why: string;
    }
  /** Talos rejected the machine configuration. */
  | { readonly kind: 'configuration-refused'; readonly node: string; readonly why: string }
  /** Its network interfaces are not those that slipway.yaml names for its role. `of`: Terraform's state, or the machine itself. */
  | {
      readonly kind: 'network-interfaces-wrong';
      readonly node: string;
      readonly of: 'terraform' | 'machine';
      readonly wanted: number;
      readonly found: number;
      readonly wrong: readonly string[];
    }
  /** Its identity on the network (MAC or address) has changed. */
  | {
      readonly kind: 'network-identity-lost';
      readonly node: string;
      readonly what: 'MAC' | 'address';
      readonly before: string;
      readonly now: string;
    }
  /** A machine configuration does not meet the requirements of the node's devices. `of`: the one to be sent, or the one it runs. */
  | {
      readonly kind: 'device-configuration-wrong';
      readonly node: string;
      readonly resource: string;
      readonly of: 'sent' | 'running';
      readonly wrong: readonly string[];
    }
  /** It does not offer the devices that slipway.yaml declares. */
  | {
      readonly kind: 'device-not-offered';
      readonly node: string;
      readonly resource: string;
      readonly wanted: number;
      readonly offered: number;
      readonly wrong: readonly string[];
    };

const itsNode = (node: string, say: AdviceCommands): string =>
  say.kubectl(`get node ${node} -o wide`, 'whether its kubelet is heard of; look at its console too');

export const replacementReasons: Entries<ReplacementReason> = {
  'replace-unknown': {
    failure: halt('a machine is destroyed once only'),
    sentence: ({ node, since }) =>
      `Terraform was started to replace the machine of ${node}, or nearly was, ${moment(since)}, and whether it began is not known`,
    advice: ({ node }, say) => [
      say.terraform('state pull', 'whether its serial has moved, and what the state holds now'),
      say.talosctl(node, 'get systeminformation', 'whether it is still the old machine'),
      say.uncordon(node, 'if it is: return the node to service'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'machine-identity-unknown': {
    failure: undo('a machine that cannot be identified is not replaced'),
    sentence: ({ node, address }) =>
      `the Terraform state holds neither a system UUID nor a MAC of ${node} at ${address}, so Slipway cannot identify the machine`,
    advice: (_, say) => [
      say.terraform('state list', 'what stands at the address'),
      say.inventoryCheck(
        'after terraform.resources.TYPE.uuid or .mac was set to the attribute that holds it',
      ),
    ],
  },
  'machine-other': {
    failure: halt('it gets no configuration, and nothing else'),
    sentence: ({ node, what, expected, found }) =>
      `another machine than the one Terraform knows stands at the address of ${node}: its ${what} should be ${expected} and is ${found}`,
    advice: ({ node }, say) => [
      say.talosctl(
        node,
        'get systeminformation --insecure',
        'which machine answers; without --insecure once it has joined',
      ),
      say.terraform('state list', 'where its machine is; compare with the hypervisor'),
      thenRelease(say),
    ],
  },
  'machine-unreachable': {
    failure: passing('it may still boot'),
    sentence: ({ node, address, why }) =>
      `the new machine of ${node} does not answer at ${address}: ${quoted(why)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'get machinestatus --insecure', 'if it answers by now; look at its console too'),
      itsNode(node, say),
      thenRelease(say),
    ],
  },
  'machine-unconfigured': {
    failure: passing('its configuration may still come'),
    sentence: ({ node, address }) =>
      `the new machine of ${node} waits at ${address} for a machine configuration, which was to come with it`,
    advice: ({ node }, say) => [
      say.talosctl(
        node,
        'apply-config --insecure --file FILE',
        'gives it its configuration, if it is the right machine',
      ),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'machine-wrong-version': {
    failure: halt('no waiting changes what it was made of'),
    sentence: ({ node, version, wanted }) =>
      `the new machine of ${node} booted ${version}, and ${wanted} is wanted: it was made of another template`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'get version --insecure', 'what runs; without --insecure once it has joined'),
      say.terraform('state list', 'the templates; the one of its host and role holds another version'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'machine-not-replaced': {
    failure: halt('its member may still be needed'),
    sentence: ({ node, uuid }) =>
      `the old machine of ${node} (system UUID ${uuid}) answers, and it should be gone`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'get systeminformation', 'which machine it is'),
      say.terraform('state list', 'what the state holds; compare with the hypervisor'),
      thenRelease(say),
    ],
  },
  'machine-never-joined': {
    failure: haltWithRollback('a machine that is gone is not rolled back'),
    sentence: ({ node, since, last }) =>
      `the new machine of ${node} did not join the cluster, awaited since ${moment(since)}; the last that was seen: ${quoted(last)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'dmesg', 'if it answers; otherwise its console says why'),
      itsNode(node, say),
      thenRelease(say),
      say.upgrade('takes the node up again, after the release'),
    ],
  },
  'configuration-wrong': {
    failure: undo('a person corrects it'),
    sentence: ({ node, reference, why }) =>
      `the machine configuration of ${node} (${reference}) cannot be used: ${quoted(why)}`,
    advice: (_, say) => [
      say.inventoryCheck('after the reference or the configuration was corrected'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'configuration-refused': {
    failure: halt('sent again it would be refused again'),
    sentence: ({ node, why }) =>
      `Talos on the new machine of ${node} did not take its machine configuration: ${quoted(why)}`,
    advice: ({ node }, say) => [
      say.talosctl(
        node,
        'apply-config --insecure --dry-run --file FILE',
        'what it says of the configuration',
      ),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'network-interfaces-wrong': {
    failure: halt('its pods would not reach their networks'),
    sentence: ({ node, of, wanted, found, wrong }) =>
      `${of === 'terraform' ? `Terraform's state gives ${node}` : `the new machine of ${node} has`} ${count(found, 'network interface')}, ` +
      `and slipway.yaml names ${wanted} for its role: ${listed(wrong, 6)}`,
    advice: ({ node, of }, say) => [
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
      continueAfterRelease(say),
    ],
  },
  'network-identity-lost': {
    failure: halt('whatever knows it by that would not find it'),
    sentence: ({ node, what, before, now }) =>
      what === 'MAC'
        ? `the network knows ${node} by another MAC than before: it was ${before} and is ${now}`
        : `${node} has another address than before: it was ${before} and is ${now}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'get links -o yaml', 'its MACs; compare with the hypervisor and with DHCP'),
      say.terraform('state list', 'where its machine is, and the MAC it should have'),
      thenRelease(say),
    ],
  },
  'device-configuration-wrong': {
    failure: halt('a person corrects it; with a wrong one a node may not boot'),
    sentence: ({ node, resource, of, wrong }) =>
      `the machine configuration that ${of === 'sent' ? `is to be sent to ${node}` : `${node} runs`} does not do for ${resource}: ${listed(wrong, 6)}`,
    advice: ({ node, of }, say) => [
      ...(of === 'running'
        ? [say.talosctl(node, 'get machineconfig -o yaml', 'the files it writes, under machine.files')]
        : []),
      say.inventoryCheck('after patches, or devices.RESOURCE.configuration, were corrected'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'device-not-offered': {
    failure: haltWithRollback('pods that need the cards would wait for ever'),
    sentence: ({ node, resource, wanted, offered, wrong }) =>
      `${node} offers ${offered} of ${wanted} ${resource}: ${listed(wrong, 4)}`,
    advice: ({ node }, say) => [
      say.kubectl(`describe node ${node}`, 'what it offers, under Allocatable, and its pods'),
      say.talosctl(node, 'get pcidevices', 'whether the machine has the card; look at the hypervisor if not'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'replacement-unprepared': {
    failure: refuse('asking again gives the same answer'),
    sentence: ({ missing }) =>
      `slipway.yaml wants nodes replaced for this upgrade, and does not say how: it lacks ${listed(missing, 6)}`,
    advice: (_, say) => [
      say.inventoryCheck('after it was written, or upgrade.strategy was set to in-place'),
      say.plan('what it would do then', ''),
    ],
  },
  'replacement-endpoint': {
    failure: refuse('the new machine could not join'),
    sentence: ({ node, endpoint }) =>
      `machine configurations name ${node} as the cluster endpoint (${endpoint}): its new machine would have to join through itself`,
    advice: ({ node }, say) => [
      say.plan(`the other nodes; ${node} once machine configurations name another way in`, '--only NODE…'),
      say.inventoryCheck('after machine configurations and controlPlane.endpoint name a virtual address'),
    ],
  },
  'replacement-loses-etcd': {
    failure: refuse('what is lost then does not come back'),
    sentence: ({ node, members }) =>
      `etcd has ${count(members, 'member')}, so its data would be gone with the machine of ${node}`,
    advice: (_, say) => [
      say.plan('the workers alone', '--only NODE…'),
      say.inventoryCheck('after upgrade.strategy was set to in-place, or two control planes were added'),
    ],
  },
  'replacement-kubernetes-mixed': {
    failure: refuse('an upgrade of Talos changes no Kubernetes'),
    sentence: ({ variable, lowest, highest }) =>
      `the cluster runs Kubernetes ${lowest} to ${highest}, and Terraform's variable ${variable} has one value: some new machine would get another version than it had`,
    advice: (_, say) => [
      say.kubectl('get nodes -o wide', 'which kubelet runs where; bring all to one version first'),
      say.plan('again, once there is one version', ''),
    ],
  },
  'replacement-unfinished': {
    failure: refuse('a person says that it is resumed'),
    sentence: ({ nodes }) =>
      nodes.length === 1
        ? `an earlier run began to replace the machine of ${listed(nodes)} and did not finish: no other node is worked on before it`
        : `earlier runs began to replace the machines of ${listed(nodes)} and did not finish: one is resumed, and only where it is the only one`,
    advice: ({ nodes: [first = ''] }, say) => [
      say.talosctl(first, 'get machinestatus --insecure', 'whether a new machine waits there'),
      say.terraform('state list', 'what Terraform has of it'),
      say.upgrade('resumes it before all others; with --only, name it too'),
    ],
  },
};
