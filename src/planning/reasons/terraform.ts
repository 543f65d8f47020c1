import { count, listed, quoted } from '../text/phrases.js';
import { type AdviceCommands, type Entries, undo, halt, thenRelease, continueAfterRelease } from './entry.js';

/** The state, and the nodes' addresses in it. */
type TerraformStateReason =
  /** An address of slipway.yaml is invalid. */
  | { readonly kind: 'terraform-address-wrong'; readonly address: string; readonly why: string }
  /** Nothing managed is at the address. `near`: neighbouring addresses in the state. */
  | {
      readonly kind: 'terraform-address-empty';
      readonly name: string;
      readonly address: string;
      readonly near: readonly string[];
    }
  /** One resource would be replaced for several nodes: the address is not specific enough. */
  | {
      readonly kind: 'terraform-address-too-wide';
      readonly address: string;
      readonly instance: string;
      readonly nodes: readonly string[];
    }
  /** Terraform would create every machine a second time. */
  | { readonly kind: 'terraform-state-empty'; readonly answering: number }
  /** Terraform would create this machine a second time. */
  | { readonly kind: 'terraform-state-lacks-node'; readonly node: string; readonly address: string }
  /** Another state than the run began with. */
  | { readonly kind: 'terraform-state-other'; readonly expected: string; readonly found: string }
  /** Another user wrote the state meanwhile (or restored an older one). Serials. */
  | { readonly kind: 'terraform-state-moved'; readonly expected: number; readonly found: number }
  /** A newer Terraform than the inventory allows wrote the state, or would. */
  | {
      readonly kind: 'terraform-too-new';
      readonly what: 'state' | 'program';
      readonly version: string;
      readonly pin: string;
    }
  /** Without an id the old and the new one cannot be distinguished. */
  | { readonly kind: 'terraform-id-missing'; readonly address: string };

/** The plan is not the expected one. */
type TerraformPlanReason =
  | { readonly kind: 'terraform-format-unknown'; readonly version: string }
  | { readonly kind: 'terraform-plan-errored'; readonly subject: string }
  /** Actions on resources outside the run, each `address (action)`; `count` of all, the first few named. */
  | {
      readonly kind: 'terraform-outside';
      readonly subject: string;
      readonly changes: readonly string[];
      readonly count: number;
    }
  /** An unexpected action on the machine: a removal, an import or a move. */
  | { readonly kind: 'terraform-action'; readonly address: string; readonly action: string }
  /** It is to be replaced, and the plan does something else, or nothing. */
  | { readonly kind: 'terraform-not-replaced'; readonly address: string; readonly found: string }
  /** `create_before_destroy`: the old one would still hold the id, the address and the MAC. */
  | { readonly kind: 'terraform-wrong-order'; readonly address: string }
  /** An attribute would change. `guarded`: the machine would not be the same; otherwise the change is not approved. */
  | {
      readonly kind: 'terraform-attribute';
      readonly address: string;
      readonly path: string;
      readonly from: string;
      readonly to: string;
      readonly guarded: boolean;
      /** The resource's type, for what can be written in slipway.yaml. */
      readonly type: string;
      /** Old and new value are shown in full, so a person can approve them. */
      readonly whole?: true;
    }
  /** Out-of-band change of a guarded attribute: state and machine disagree. */
  | {
      readonly kind: 'terraform-drifted';
      readonly address: string;
      readonly path: string;
      readonly from: string;
      readonly to: string;
    }
  /** The plan would replace something else than what was recorded. */
  | {
      readonly kind: 'terraform-id-changed';
      readonly address: string;
      readonly expected: string;
      readonly found: string;
    }
  | { readonly kind: 'terraform-deposed'; readonly address: string; readonly key: string }
  | { readonly kind: 'terraform-deferred'; readonly address: string; readonly why: string }
  | { readonly kind: 'terraform-invokes'; readonly actions: readonly string[] }
  /** Replacing templates would touch a node. */
  | {
      readonly kind: 'terraform-template-moves-node';
      readonly node: string;
      readonly address: string;
      readonly action: string;
    };

/** Leftovers of a lost attempt. */
type TerraformAttemptReason =
  /** Tainted or deposed since: its creation failed. */
  | { readonly kind: 'terraform-incomplete'; readonly node: string; readonly address: string }
  /** A machine exists that the state does not know: Terraform was killed before it wrote the state. */
  | { readonly kind: 'terraform-machine-unrecorded'; readonly node: string; readonly address: string }
  /** Whether it is the old one is not known. */
  | {
      readonly kind: 'terraform-unclear';
      readonly node: string;
      readonly address: string;
      readonly why: string;
    };

/**
 * Why nothing is sent to Terraform, or nothing more. No value of a reason is a secret: what Terraform marks as sensitive, and what looks
 * like it, never gets here.
 */
export type TerraformReason = TerraformStateReason | TerraformPlanReason | TerraformAttemptReason;

const stateWritten = {
  state: 'the Terraform state was written by',
  program: 'the program at hand is',
} as const;

const newPlan = (say: AdviceCommands): string => say.plan('again, once Terraform says the same as Git', '');

/** An address as one shell argument. */
const quote = (address: string): string => `'${address.replaceAll("'", String.raw`'\''`)}'`;

export const terraformReasons: Entries<TerraformReason> = {
  'terraform-address-wrong': {
    failure: undo('asking again gives the same answer'),
    sentence: ({ address, why }) =>
      `the Terraform address ${address} of slipway.yaml names nothing: ${quoted(why)}`,
    advice: (_, say) => [
      say.terraform('state list', 'the addresses as Terraform writes them'),
      say.inventoryCheck('after roles.*.terraform or terraform.templates.address was corrected'),
    ],
  },
  'terraform-address-empty': {
    failure: undo('a person says where it is'),
    sentence: ({ name, address, near }) =>
      `Terraform manages nothing at ${address}, where ${name} should be${near.length === 0 ? '' : `; beside it there is ${listed(near, 3)}`}`,
    advice: ({ near }, say) => [
      say.terraform('state list', 'the addresses as Terraform writes them'),
      ...near
        .slice(0, 1)
        .map((address) => say.terraform(`state show ${quote(address)}`, 'what is beside it')),
      say.inventoryCheck('after the address in slipway.yaml was corrected'),
    ],
  },
  'terraform-address-too-wide': {
    failure: undo('one node at a time'),
    sentence: ({ address, instance, nodes }) =>
      `the Terraform address ${address} is that of ${count(nodes.length, 'node')}, ${listed(nodes)}: replacing ${instance} would replace them all`,
    advice: ({ address }, say) => [
      say.terraform(`state list ${quote(address)}`, 'all that the address names'),
      say.inventoryCheck('after {node} or {vm} was put into the key of the address'),
    ],
  },
  'terraform-state-empty': {
    failure: undo('every machine would be made twice'),
    sentence: ({ answering }) =>
      `the Terraform state is empty, and ${count(answering, 'node')} of the cluster ${answering === 1 ? 'answers' : 'answer'}: Terraform would make every machine a second time`,
    advice: (_, say) => [
      say.terraform('state pull', 'which state it is; a wrong backend or workspace shows an empty one'),
      say.inventoryCheck('after the backend in slipway.yaml was corrected'),
    ],
  },
  'terraform-state-lacks-node': {
    failure: undo('the machine would be made twice'),
    sentence: ({ node, address }) =>
      `the Terraform state holds nothing at ${address}, and ${node} answers: Terraform would make the machine a second time`,
    advice: (_, say) => [
      say.terraform('state list', 'what it holds; a wrong workspace holds something else'),
      say.terraform('import ADDRESS ID', 'takes the machine over into the state, if it is this one'),
      newPlan(say),
    ],
  },
  'terraform-state-other': {
    failure: undo('what was recorded is of another state'),
    sentence: ({ expected, found }) =>
      `the Terraform state has lineage ${found}, and the run began with ${expected}: it is another state`,
    advice: (_, say) => [
      say.terraform('state pull', 'lineage and serial of the state in use'),
      say.plan('a plan for the state that is there now', ''),
      thenRelease(say),
    ],
  },
  'terraform-state-moved': {
    failure: undo('the plan is not true any more; a new one is made'),
    sentence: ({ expected, found }) =>
      `the Terraform state has serial ${found}, and it had ${expected}: ${found > expected ? 'somebody wrote it meanwhile' : 'somebody put an older one back'}`,
    advice: (_, say) => [
      say.terraform('state pull', 'serial, and what it holds now'),
      say.plan('a plan for the state that is there now', ''),
      thenRelease(say),
    ],
  },
  'terraform-too-new': {
    failure: undo('asking again gives the same answer'),
    sentence: ({ what, version, pin }) =>
      `${stateWritten[what]} version ${version}, and slipway.yaml allows ${pin}: ${what === 'state' ? 'an older program cannot read it' : 'no older program could read the state afterwards'}`,
    advice: (_, say) => [
      say.terraform('version', 'the program at hand'),
      say.inventoryCheck(
        'after terraform.version was raised in slipway.yaml, or the pinned program was installed',
      ),
    ],
  },
  'terraform-id-missing': {
    failure: undo('an attempt that is lost could not be judged'),
    sentence: ({ address }) =>
      `${address} has no id in the Terraform state, so Slipway cannot distinguish the old one from the new one`,
    advice: ({ address }, say) => [
      say.terraform(`state show ${quote(address)}`, 'what the provider says of it'),
      say.inventoryCheck('after it was added to what the role keeps, if it need not be replaced'),
    ],
  },
  'terraform-format-unknown': {
    failure: undo('what cannot be read cannot be checked'),
    sentence: ({ version }) =>
      `the plan is written in format ${version}, and this version of Slipway reads 1.x`,
    advice: (_, say) => [
      say.terraform('version', 'the program at hand'),
      say.tools('which versions this Slipway works with'),
    ],
  },
  'terraform-plan-errored': {
    failure: undo('half a plan is none'),
    sentence: ({ subject }) =>
      `Terraform's plan for ${subject} ended in an error and holds only part of what it would do`,
    advice: (_, say) => [say.terraform('plan', 'the error'), newPlan(say)],
  },
  'terraform-outside': {
    failure: undo('Terraform changes what the upgrade is about, and nothing else'),
    sentence: ({ subject, changes, count: all }) =>
      `the plan for ${subject} would also touch what is none of its business: ` +
      (all > changes.length
        ? `${changes.join(', ')} and ${all - changes.length} more`
        : listed(changes, all)),
    advice: (_, say) => [
      say.terraform('plan', 'why; apply it separately first, or take it out of Git'),
      say.inventoryCheck('after terraform.templates.all, if it is templates that every node depends on'),
      newPlan(say),
    ],
  },
  'terraform-action': {
    failure: undo('Terraform changes what the upgrade is about, and nothing else'),
    sentence: ({ address, action }) =>
      `${address} would be ${quoted(action)}, and that is no part of the upgrade`,
    advice: (_, say) => [
      say.terraform('plan', 'why; apply it separately first, or take it out of Git'),
      newPlan(say),
    ],
  },
  'terraform-not-replaced': {
    failure: undo('the node would keep its version'),
    sentence: ({ address, found }) =>
      `${address} is to be destroyed and created, and the plan says: ${quoted(found)}`,
    advice: ({ address }, say) => [
      say.terraform(`plan -replace=${quote(address)}`, 'what Terraform would do, and why'),
      say.terraform(`state show ${quote(address)}`, 'what it is now'),
      newPlan(say),
    ],
  },
  'terraform-wrong-order': {
    failure: undo('two machines would have one address'),
    sentence: ({ address }) =>
      `${address} would be created before the old one is destroyed (create_before_destroy), and both would have the same id, address and MAC`,
    advice: (_, say) => [
      say.plan('again, once create_before_destroy was taken off it and off what hangs on it', ''),
    ],
  },
  'terraform-attribute': {
    failure: undo('a person changes it, or says that it may change'),
    sentence: ({ address, path, from, to, guarded }) =>
      `${path} of ${address} would go from ${quoted(from)} to ${quoted(to)}, ` +
      (guarded ? 'and the machine would not be the same' : 'and nothing says that it may change'),
    advice: ({ address, path, type }, say) => [
      say.terraform(
        `state show ${quote(address)}`,
        'what it is now; put it back in Git, or apply that change first, separately',
      ),
      say.inventoryCheck(
        `if it may change with every upgrade: terraform.resources: { ${type || 'TYPE'}: { mayChange: ['${path}'] } }`,
      ),
      newPlan(say),
    ],
  },
  'terraform-drifted': {
    failure: undo('a person knows which of the two is right'),
    sentence: ({ address, path, from, to }) =>
      `somebody changed ${path} of ${address} from ${quoted(from)} to ${quoted(to)} since Terraform wrote its state`,
    advice: ({ address }, say) => [
      say.terraform(`state show ${quote(address)}`, 'what the state says'),
      say.terraform('plan -refresh-only', 'all that others changed; put it back, or write it into Git'),
      newPlan(say),
    ],
  },
  'terraform-id-changed': {
    failure: undo('somebody else was at work on it'),
    sentence: ({ address, expected, found }) =>
      `the plan would replace ${address} with id ${found}, and id ${expected} was recorded: somebody else was at work on it`,
    advice: ({ address }, say) => [
      say.terraform(`state show ${quote(address)}`, 'what it is now'),
      say.plan('a plan for what is there now', ''),
      thenRelease(say),
    ],
  },
  'terraform-deposed': {
    failure: undo('a person looks at what was left'),
    sentence: ({ address, key }) =>
      `a replacement left an old object of ${address} behind (deposed ${key}), which the plan would destroy too`,
    advice: (_, say) => [
      say.terraform('plan', 'the object that was left behind; apply it separately first'),
      newPlan(say),
    ],
  },
  'terraform-deferred': {
    failure: undo('nothing is sent before Terraform has said what it will do'),
    sentence: ({ address, why }) =>
      `Terraform cannot say yet what it would do with ${address}: ${quoted(why)}`,
    advice: (_, say) => [
      say.terraform('plan', 'what it waits for; apply that first, separately'),
      newPlan(say),
    ],
  },
  'terraform-invokes': {
    failure: undo('nothing is sent before Terraform has said what it will do'),
    sentence: ({ actions }) =>
      `the plan would invoke ${count(actions.length, 'action')} that Slipway knows nothing of: ${listed(actions)}`,
    advice: (_, say) => [
      say.terraform('plan', 'the actions; take their triggers off what an upgrade replaces'),
      newPlan(say),
    ],
  },
  'terraform-template-moves-node': {
    failure: halt('nodes are touched one by one, under all gates'),
    sentence: ({ node, address, action }) =>
      `replacing templates would touch ${node}: ${address} would be ${quoted(action)}`,
    advice: ({ address }, say) => [
      say.terraform(`state show ${quote(address)}`, 'what it takes from the template'),
      say.plan('again, once a node no longer changes with its template alone', ''),
    ],
  },
  'terraform-incomplete': {
    failure: halt('a machine is destroyed once only'),
    sentence: ({ node, address }) =>
      `the new machine of ${node} was not made to its end: ${address} is tainted or has left an old object behind, and the next apply would destroy it`,
    advice: ({ address }, say) => [
      say.terraform(
        `state show ${quote(address)}`,
        'how far it came; look at the machine at its hypervisor too',
      ),
      say.terraform(`untaint ${quote(address)}`, 'only if the machine is whole'),
      thenRelease(say),
      say.upgrade('makes it again, after the release'),
    ],
  },
  'terraform-machine-unrecorded': {
    failure: halt('no machine is made twice'),
    sentence: ({ node, address }) =>
      `a machine stands where ${node} was, and the Terraform state has no ${address}: Terraform was stopped before it wrote, or somebody took it out of the state`,
    advice: ({ address }, say) => [
      say.terraform('state list', 'what the state holds'),
      say.terraform(
        `import ${quote(address)} ID`,
        'takes the machine over, if it is whole; otherwise destroy it at its hypervisor',
      ),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'terraform-unclear': {
    failure: halt('a machine is destroyed once only'),
    sentence: ({ node, address, why }) =>
      `Slipway cannot determine whether ${address} of ${node} is still the old one: ${quoted(why)}`,
    advice: ({ address }, say) => [
      say.terraform(`state show ${quote(address)}`, 'what the state says; compare it with the hypervisor'),
      say.report('the ids that were recorded'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
};
