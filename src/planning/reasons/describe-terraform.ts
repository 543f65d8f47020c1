import { count, listed, moment, quoted } from '../text/phrases.js';
import type { Sentences } from './reason-table.js';
import type { TerraformReason } from '../terraform/terraform-reason.js';
import type { TerraformRunReason } from '../terraform/terraform-run-reason.js';

const stateWritten = {
  state: 'the Terraform state was written by',
  program: 'the program at hand is',
} as const;

/** The first messages of a program that failed. */
const said = (messages: readonly string[], all: number): string =>
  messages.map(quoted).join('; ') + (all > messages.length ? `; and ${all - messages.length} more` : '');

const runSentences: Sentences<TerraformRunReason> = {
  'terraform-commit-unknown': ({ file }) =>
    `${file} is not committed as it is, so nobody can tell which Terraform configuration belongs to it`,
  'terraform-source': ({ repository, commit, why }) =>
    `the Terraform configuration cannot be had from ${repository} at commit ${commit}: ${quoted(why)}`,
  'terraform-program': ({ tool, version, why }) =>
    `the configuration does not take ${tool} ${version}, which slipway.yaml names: ${quoted(why)}`,
  'terraform-init-failed': ({ tool, why }) => `${tool} could not get ready (init): ${quoted(why)}`,
  'terraform-local-state': ({ setting, found }) =>
    `the Terraform state would be a file in Slipway's own checkout and go with it: the backend local has ${found === undefined ? `no ${setting}` : `the relative ${setting} ${quoted(found)}`}`,
  'terraform-lockless': ({ backend, settings }) =>
    `the Terraform state has no lock, so two could write it at once: the backend ${backend} ${settings.length === 0 ? 'knows none' : `has no ${settings.join(' and no ')}`}`,
  'terraform-remote-execution': ({ backend }) =>
    `the workspace runs its plans at the other side (backend ${backend}), where Slipway can neither check nor stop them`,
  'terraform-locked': ({ who, since, operation, id, why }) => {
    const about = [operation, ...(id === undefined ? [] : [`lock ${id}`])].filter((one) => one !== undefined);
    const known =
      (about.length === 0 ? '' : ` (${about.join(', ')})`) +
      (since === undefined ? '' : ` since ${moment(since)}`);
    return `the Terraform state is locked by ${who ?? 'somebody the backend does not name'}${known}: ${quoted(why)}`;
  },
  'terraform-plan-failed': ({ tool, messages, count: all }) =>
    `${tool} could not make a plan: ${said(messages, all)}`,
  'terraform-plan-stale': ({ tool }) =>
    `${tool} did nothing: somebody wrote the state since the plan was made`,
  'terraform-apply-failed': ({ tool, messages, count: all }) =>
    `${tool} did not carry the plan out to its end: ${said(messages, all)}`,
  'terraform-state-unwritten': ({ file }) =>
    `the backend did not take the Terraform state after the apply: what was done stands, encrypted, in ${file} alone`,
  'terraform-state-unreadable': ({ tool, why }) => `${tool} could not read the state: ${quoted(why)}`,
};

export const terraformSentences: Sentences<TerraformReason> = {
  ...runSentences,
  'terraform-address-wrong': ({ address, why }) =>
    `the Terraform address ${address} of slipway.yaml names nothing: ${quoted(why)}`,
  'terraform-address-empty': ({ name, address, near }) =>
    `Terraform manages nothing at ${address}, where ${name} should be${near.length === 0 ? '' : `; beside it there is ${listed(near, 3)}`}`,
  'terraform-address-too-wide': ({ address, instance, nodes }) =>
    `the Terraform address ${address} is that of ${count(nodes.length, 'node')}, ${listed(nodes)}: replacing ${instance} would replace them all`,
  'terraform-state-empty': ({ answering }) =>
    `the Terraform state is empty, and ${count(answering, 'node')} of the cluster ${answering === 1 ? 'answers' : 'answer'}: Terraform would make every machine a second time`,
  'terraform-state-lacks-node': ({ node, address }) =>
    `the Terraform state holds nothing at ${address}, and ${node} answers: Terraform would make the machine a second time`,
  'terraform-state-other': ({ expected, found }) =>
    `the Terraform state has lineage ${found}, and the run began with ${expected}: it is another state`,
  'terraform-state-moved': ({ expected, found }) =>
    `the Terraform state has serial ${found}, and it had ${expected}: ${found > expected ? 'somebody wrote it meanwhile' : 'somebody put an older one back'}`,
  'terraform-too-new': ({ what, version, pin }) =>
    `${stateWritten[what]} version ${version}, and slipway.yaml allows ${pin}: ${what === 'state' ? 'an older program cannot read it' : 'no older program could read the state afterwards'}`,
  'terraform-id-missing': ({ address }) =>
    `${address} has no id in the Terraform state, so nobody could tell the old one from the new one`,
  'terraform-format-unknown': ({ version }) =>
    `the plan is written in format ${version}, and this version of Slipway reads 1.x`,
  'terraform-plan-errored': ({ subject }) =>
    `Terraform's plan for ${subject} ended in an error and holds only part of what it would do`,
  'terraform-outside': ({ subject, changes, count: all }) =>
    `the plan for ${subject} would also touch what is none of its business: ` +
    (all > changes.length ? `${changes.join(', ')} and ${all - changes.length} more` : listed(changes, all)),
  'terraform-action': ({ address, action }) =>
    `${address} would be ${quoted(action)}, and that is no part of the upgrade`,
  'terraform-not-replaced': ({ address, found }) =>
    `${address} is to be destroyed and created, and the plan says: ${quoted(found)}`,
  'terraform-wrong-order': ({ address }) =>
    `${address} would be created before the old one is destroyed (create_before_destroy), and both would have the same id, address and MAC`,
  'terraform-attribute': ({ address, path, from, to, guarded }) =>
    `${path} of ${address} would go from ${quoted(from)} to ${quoted(to)}, ` +
    (guarded ? 'and the machine would not be the same' : 'and nothing says that it may change'),
  'terraform-drifted': ({ address, path, from, to }) =>
    `somebody changed ${path} of ${address} from ${quoted(from)} to ${quoted(to)} since Terraform wrote its state`,
  'terraform-id-changed': ({ address, expected, found }) =>
    `the plan would replace ${address} with id ${found}, and id ${expected} was recorded: somebody else was at work on it`,
  'terraform-deposed': ({ address, key }) =>
    `a replacement left an old object of ${address} behind (deposed ${key}), which the plan would destroy too`,
  'terraform-deferred': ({ address, why }) =>
    `Terraform cannot say yet what it would do with ${address}: ${quoted(why)}`,
  'terraform-invokes': ({ actions }) =>
    `the plan would invoke ${count(actions.length, 'action')} that Slipway knows nothing of: ${listed(actions)}`,
  'terraform-template-moves-node': ({ node, address, action }) =>
    `replacing templates would touch ${node}: ${address} would be ${quoted(action)}`,
  'terraform-half-made': ({ node, address }) =>
    `the new machine of ${node} was not made to its end: ${address} is tainted or has left an old object behind, and the next apply would destroy it`,
  'terraform-machine-unrecorded': ({ node, address }) =>
    `a machine stands where ${node} was, and the Terraform state has no ${address}: Terraform was stopped before it wrote, or somebody took it out of the state`,
  'terraform-unclear': ({ node, address, why }) =>
    `nobody can tell whether ${address} of ${node} is still the old one: ${quoted(why)}`,
};
