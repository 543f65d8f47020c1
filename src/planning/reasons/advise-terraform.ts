import type { AdviceCommands, Advices } from './reason-table.js';
import type { TerraformReason } from '../terraform/terraform-reason.js';
import type { TerraformRunReason } from '../terraform/terraform-run-reason.js';

const thenRelease = (say: AdviceCommands): string => say.release('once the cluster is well; touches no node');
const again = (say: AdviceCommands): string =>
  say.upgrade('continues with the nodes that are left, after the release');
const newPlan = (say: AdviceCommands): string => say.plan('again, once Terraform says the same as Git', '');

/** An address as one argument of a shell. */
const quote = (address: string): string => `'${address.replaceAll("'", String.raw`'\''`)}'`;

const runAdvice: Advices<TerraformRunReason> = {
  'terraform-commit-unknown': ({ file }, say) => [
    say.inventoryCheck(`${file} as it is now; commit it, then ask again`),
    say.plan('once it is committed', ''),
  ],
  'terraform-source': (_, say) => [
    say.inventoryCheck('after terraform.source was corrected, or the commit was pushed to that repository'),
  ],
  'terraform-program': (_, say) => [
    say.terraform('version', 'the program at hand'),
    say.inventoryCheck('after terraform.version was set to one that required_version allows'),
    say.tools('which versions are here'),
  ],
  'terraform-init-failed': (_, say) => [
    say.terraform('init', 'the same by hand, with the backend configuration slipway.yaml refers to'),
    say.inventoryCheck('after terraform.backend, terraform.env or terraform.workspace was corrected'),
  ],
  'terraform-local-state': ({ setting }, say) => [
    say.inventoryCheck(
      `after a file of terraform.backend says ${setting} = "/…", an absolute path on the worker's machine`,
    ),
  ],
  'terraform-lockless': ({ settings: [first] }, say) => [
    ...(first === undefined
      ? []
      : [say.inventoryCheck(`after ${first} was set in backend.tf, or in a file of terraform.backend`)]),
    say.terraform('init -migrate-state', 'moves the state to a backend that locks, once that is written'),
  ],
  'terraform-remote-execution': (_, say) => [
    say.plan('again, once the execution mode of the workspace is Local (Settings, General)', ''),
  ],
  'terraform-locked': ({ id }, say) => [
    ...(id === undefined
      ? []
      : [
          say.terraform(
            `force-unlock ${quote(id)}`,
            'ONLY when whoever holds it is surely dead: two writers spoil the state',
          ),
        ]),
    say.plan('again, once it is free', ''),
    thenRelease(say),
  ],
  'terraform-plan-failed': (_, say) => [say.terraform('plan', 'the whole error'), newPlan(say)],
  'terraform-plan-stale': (_, say) => [
    say.terraform('state pull', 'serial, and what it holds now'),
    newPlan(say),
    thenRelease(say),
  ],
  'terraform-apply-failed': (_, say) => [
    say.terraform('plan', 'what is left to do; look at the machine at its hypervisor too'),
    say.report('the ids that were recorded before'),
    thenRelease(say),
    again(say),
  ],
  'terraform-state-unwritten': ({ file }, say) => [
    `age --decrypt --identity FILE --output errored.tfstate ${quote(file)}  # on the worker's machine, with the key of snapshot.recipient`,
    say.terraform(
      'state push errored.tfstate',
      'gives the backend what it did not take; remove the file afterwards',
    ),
    thenRelease(say),
    again(say),
  ],
  'terraform-state-unreadable': (_, say) => [
    say.terraform('state pull', 'the same by hand'),
    say.inventoryCheck('after terraform.backend or terraform.env was corrected'),
  ],
};

export const terraformAdvice: Advices<TerraformReason> = {
  ...runAdvice,
  'terraform-address-wrong': (_, say) => [
    say.terraform('state list', 'the addresses as Terraform writes them'),
    say.inventoryCheck('after roles.*.terraform or terraform.templates.address was corrected'),
  ],
  'terraform-address-empty': ({ near }, say) => [
    say.terraform('state list', 'the addresses as Terraform writes them'),
    ...near.slice(0, 1).map((address) => say.terraform(`state show ${quote(address)}`, 'what is beside it')),
    say.inventoryCheck('after the address in slipway.yaml was corrected'),
  ],
  'terraform-address-too-wide': ({ address }, say) => [
    say.terraform(`state list ${quote(address)}`, 'all that the address names'),
    say.inventoryCheck('after {node} or {vm} was put into the key of the address'),
  ],
  'terraform-state-empty': (_, say) => [
    say.terraform('state pull', 'which state it is; a wrong backend or workspace shows an empty one'),
    say.inventoryCheck('after the backend in slipway.yaml was corrected'),
  ],
  'terraform-state-lacks-node': (_, say) => [
    say.terraform('state list', 'what it holds; a wrong workspace holds something else'),
    say.terraform('import ADDRESS ID', 'takes the machine over into the state, if it is this one'),
    newPlan(say),
  ],
  'terraform-state-other': (_, say) => [
    say.terraform('state pull', 'lineage and serial of the state in use'),
    say.plan('a plan for the state that is there now', ''),
    thenRelease(say),
  ],
  'terraform-state-moved': (_, say) => [
    say.terraform('state pull', 'serial, and what it holds now'),
    say.plan('a plan for the state that is there now', ''),
    thenRelease(say),
  ],
  'terraform-too-new': (_, say) => [
    say.terraform('version', 'the program at hand'),
    say.inventoryCheck(
      'after terraform.version was raised in slipway.yaml, or the pinned program was installed',
    ),
  ],
  'terraform-id-missing': ({ address }, say) => [
    say.terraform(`state show ${quote(address)}`, 'what the provider says of it'),
    say.inventoryCheck('after it was added to what the role keeps, if it need not be replaced'),
  ],
  'terraform-format-unknown': (_, say) => [
    say.terraform('version', 'the program at hand'),
    say.tools('which versions this Slipway works with'),
  ],
  'terraform-plan-errored': (_, say) => [say.terraform('plan', 'the error'), newPlan(say)],
  'terraform-outside': (_, say) => [
    say.terraform('plan', 'why; apply it separately first, or take it out of Git'),
    say.inventoryCheck('after terraform.templates.all, if it is templates that every node depends on'),
    newPlan(say),
  ],
  'terraform-action': (_, say) => [
    say.terraform('plan', 'why; apply it separately first, or take it out of Git'),
    newPlan(say),
  ],
  'terraform-not-replaced': ({ address }, say) => [
    say.terraform(`plan -replace=${quote(address)}`, 'what Terraform would do, and why'),
    say.terraform(`state show ${quote(address)}`, 'what it is now'),
    newPlan(say),
  ],
  'terraform-wrong-order': (_, say) => [
    say.plan('again, once create_before_destroy was taken off it and off what hangs on it', ''),
  ],
  'terraform-attribute': ({ address, path, type }, say) => [
    say.terraform(
      `state show ${quote(address)}`,
      'what it is now; put it back in Git, or apply that change first, separately',
    ),
    say.inventoryCheck(
      `if it may change with every upgrade: terraform.resources: { ${type || 'TYPE'}: { mayChange: ['${path}'] } }`,
    ),
    newPlan(say),
  ],
  'terraform-drifted': ({ address }, say) => [
    say.terraform(`state show ${quote(address)}`, 'what the state says'),
    say.terraform('plan -refresh-only', 'all that others changed; put it back, or write it into Git'),
    newPlan(say),
  ],
  'terraform-id-changed': ({ address }, say) => [
    say.terraform(`state show ${quote(address)}`, 'what it is now'),
    say.plan('a plan for what is there now', ''),
    thenRelease(say),
  ],
  'terraform-deposed': (_, say) => [
    say.terraform('plan', 'the object that was left behind; apply it separately first'),
    newPlan(say),
  ],
  'terraform-deferred': (_, say) => [
    say.terraform('plan', 'what it waits for; apply that first, separately'),
    newPlan(say),
  ],
  'terraform-invokes': (_, say) => [
    say.terraform('plan', 'the actions; take their triggers off what an upgrade replaces'),
    newPlan(say),
  ],
  'terraform-template-moves-node': ({ address }, say) => [
    say.terraform(`state show ${quote(address)}`, 'what it takes from the template'),
    say.plan('again, once a node no longer changes with its template alone', ''),
  ],
  'terraform-half-made': ({ address }, say) => [
    say.terraform(
      `state show ${quote(address)}`,
      'how far it came; look at the machine at its hypervisor too',
    ),
    say.terraform(`untaint ${quote(address)}`, 'only if the machine is whole'),
    thenRelease(say),
    say.upgrade('makes it again, after the release'),
  ],
  'terraform-machine-unrecorded': ({ address }, say) => [
    say.terraform('state list', 'what the state holds'),
    say.terraform(
      `import ${quote(address)} ID`,
      'takes the machine over, if it is whole; otherwise destroy it at its hypervisor',
    ),
    thenRelease(say),
    again(say),
  ],
  'terraform-unclear': ({ address }, say) => [
    say.terraform(`state show ${quote(address)}`, 'what the state says; compare it with the hypervisor'),
    say.report('the ids that were recorded'),
    thenRelease(say),
    again(say),
  ],
};
