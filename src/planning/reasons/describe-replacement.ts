import { count, listed, moment, quoted } from '../text/phrases.js';
import type { ReplacementReason } from './replacement-reason.js';
import type { Sentences } from './reason-table.js';

export const replacementSentences: Sentences<ReplacementReason> = {
  'replacement-unprepared': ({ missing }) =>
    `slipway.yaml wants nodes replaced for this upgrade, and does not say how: it lacks ${listed(missing, 6)}`,
  'replacement-endpoint': ({ node, endpoint }) =>
    `machine configurations name ${node} as the cluster endpoint (${endpoint}): its new machine would have to join through itself`,
  'replacement-loses-etcd': ({ node, members }) =>
    `etcd has ${count(members, 'member')}, so its data would be gone with the machine of ${node}`,
  'replacement-kubernetes-mixed': ({ variable, lowest, highest }) =>
    `the cluster runs Kubernetes ${lowest} to ${highest}, and Terraform's variable ${variable} has one value: some new machine would get another version than it had`,
  'replacement-unfinished': ({ nodes }) =>
    nodes.length === 1
      ? `an earlier run began to replace the machine of ${listed(nodes)} and did not finish: no other node is worked on before it`
      : `earlier runs began to replace the machines of ${listed(nodes)} and did not finish: one is resumed, and only where it is the only one`,
  'replace-unknown': ({ node, since }) =>
    `Terraform was started to replace the machine of ${node}, or nearly was, ${moment(since)}, and whether it began is not known`,
  'machine-identity-unknown': ({ node, address }) =>
    `the Terraform state tells neither a system UUID nor a MAC of ${node} at ${address}, so nobody could tell the right machine`,
  'machine-other': ({ node, what, expected, found }) =>
    `another machine than the one Terraform knows stands at the address of ${node}: its ${what} should be ${expected} and is ${found}`,
  'machine-silent': ({ node, address, why }) =>
    `the new machine of ${node} does not answer at ${address}: ${quoted(why)}`,
  'machine-unconfigured': ({ node, address }) =>
    `the new machine of ${node} waits at ${address} for a machine configuration, which was to come with it`,
  'machine-wrong-version': ({ node, version, wanted }) =>
    `the new machine of ${node} booted ${version}, and ${wanted} is wanted: it was made of another template`,
  'machine-not-replaced': ({ node, uuid }) =>
    `the old machine of ${node} (system UUID ${uuid}) answers, and it should be gone`,
  'machine-never-joined': ({ node, since, last }) =>
    `the new machine of ${node} did not join the cluster, awaited since ${moment(since)}; the last that was seen: ${quoted(last)}`,
  'configuration-wrong': ({ node, reference, why }) =>
    `the machine configuration of ${node} (${reference}) cannot be used: ${quoted(why)}`,
  'configuration-refused': ({ node, why }) =>
    `Talos on the new machine of ${node} did not take its machine configuration: ${quoted(why)}`,
  'network-cards-wrong': ({ node, of, wanted, found, wrong }) =>
    `${of === 'terraform' ? `Terraform's state gives ${node}` : `the new machine of ${node} has`} ${count(found, 'network interface')}, ` +
    `and slipway.yaml names ${wanted} for its role: ${listed(wrong, 6)}`,
  'network-identity-lost': ({ node, what, before, now }) =>
    what === 'MAC'
      ? `the network knows ${node} by another MAC than before: it was ${before} and is ${now}`
      : `${node} has another address than before: it was ${before} and is ${now}`,
  'device-configuration-wrong': ({ node, resource, of, wrong }) =>
    `the machine configuration that ${of === 'sent' ? `is to be sent to ${node}` : `${node} runs`} does not do for ${resource}: ${listed(wrong, 6)}`,
  'device-not-offered': ({ node, resource, wanted, offered, wrong }) =>
    `${node} offers ${offered} of ${wanted} ${resource}: ${listed(wrong, 4)}`,
  'patch-failed': ({ node, why }) =>
    `the patches of slipway.yaml could not be merged into the machine configuration of ${node}: ${quoted(why)}`,
  'patch-works-once': ({ node, why }) =>
    `the patches of slipway.yaml for ${node} that wait until it is Ready merge only once, and are merged into what it runs more than once: ${quoted(why)}`,
  'patches-owed': ({ node, version, wanted, patches }) =>
    `the machine of ${node} was replaced with Talos ${version}, and ${count(patches, 'patch', 'patches')} that it was to get once it was Ready may be missing; going on to ${wanted} in place would not bring them`,
  'patch-not-in-effect': ({ node, since }) =>
    `${node} took its patches after ${moment(since)}, and does not run with them yet`,
  'patch-unanswered': ({ node, since }) =>
    `${node} shows no sign of the patches that were, or may have been, sent to it ${moment(since)}; they come with a reboot, and are not sent again by themselves`,
};
