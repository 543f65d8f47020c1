import { moment, quoted } from '../text/phrases.js';
import {
  type AdviceCommands,
  type Entries,
  passing,
  undo,
  halt,
  thenRelease,
  continueAfterRelease,
} from './entry.js';

/** Why Terraform itself failed. Its texts are redacted before they get here. */
export type TerraformRunReason =
  /** slipway.yaml has uncommitted changes: which Terraform configuration belongs to it is not known. */
  | { readonly kind: 'terraform-commit-unknown'; readonly file: string }
  /** The configuration is not available at that commit. */
  | {
      readonly kind: 'terraform-source';
      readonly repository: string;
      readonly commit: string;
      readonly why: string;
    }
  /** The configuration does not accept the version slipway.yaml names. */
  | {
      readonly kind: 'terraform-program';
      readonly tool: TerraformTool;
      readonly version: string;
      readonly why: string;
    }
  | { readonly kind: 'terraform-init-failed'; readonly tool: TerraformTool; readonly why: string }
  /**
   * The state would lie in a temporary folder of the step, and be deleted with it. `found`: as the backend has it; undefined where it has
   * nothing.
   */
  | {
      readonly kind: 'terraform-local-state';
      readonly setting: 'path' | 'workspace_dir';
      readonly found?: string;
    }
  /** The state has no lock. `settings`: one of them would enable one; empty where the backend supports no locks. */
  | { readonly kind: 'terraform-lockless'; readonly backend: string; readonly settings: readonly string[] }
  /** Plans and applies would run at HCP Terraform or a compatible service, where Slipway cannot check and stop them. */
  | { readonly kind: 'terraform-remote-execution'; readonly backend: string }
  /** Another user holds the state's lock, or whether its owner is gone is not known. */
  | {
      readonly kind: 'terraform-locked';
      /** `user@host`; undefined where the backend does not report it. */
      readonly who: string | undefined;
      /** ISO time. */
      readonly since: string | undefined;
      /** `plan`, `apply`. */
      readonly operation: string | undefined;
      /** For `force-unlock`; undefined where it is no lock of Terraform's: an earlier attempt of Slipway still runs. */
      readonly id: string | undefined;
      /** Why it is not released. */
      readonly why: string;
    }
  /** Error messages of Terraform; `count` of all, the first few included. */
  | {
      readonly kind: 'terraform-plan-failed';
      readonly tool: TerraformTool;
      readonly messages: readonly string[];
      readonly count: number;
    }
  /** The state was written since the plan was saved: Terraform rejected the plan, and did nothing. */
  | { readonly kind: 'terraform-plan-stale'; readonly tool: TerraformTool }
  | {
      readonly kind: 'terraform-apply-failed';
      readonly tool: TerraformTool;
      readonly messages: readonly string[];
      readonly count: number;
    }
  /** The backend rejected the state after an apply: the only copy is in `file`, encrypted. */
  | { readonly kind: 'terraform-state-unwritten'; readonly file: string }
  | { readonly kind: 'terraform-state-unreadable'; readonly tool: TerraformTool; readonly why: string };

type TerraformTool = 'terraform' | 'tofu';

/** The first messages of a program that failed. */
const said = (messages: readonly string[], all: number): string =>
  messages.map(quoted).join('; ') + (all > messages.length ? `; and ${all - messages.length} more` : '');

const newPlan = (say: AdviceCommands): string => say.plan('again, once Terraform says the same as Git', '');

/** An address as one shell argument. */
const quote = (address: string): string => `'${address.replaceAll("'", String.raw`'\''`)}'`;

export const terraformRunReasons: Entries<TerraformRunReason> = {
  'terraform-commit-unknown': {
    failure: undo('a person commits it'),
    sentence: ({ file }) =>
      `${file} is not committed as it is, so Slipway cannot determine which Terraform configuration belongs to it`,
    advice: ({ file }, say) => [
      say.inventoryCheck(`${file} as it is now; commit it, then ask again`),
      say.plan('once it is committed', ''),
    ],
  },
  'terraform-source': {
    failure: undo('a person corrects it, or pushes the commit'),
    sentence: ({ repository, commit, why }) =>
      `the Terraform configuration cannot be had from ${repository} at commit ${commit}: ${quoted(why)}`,
    advice: (_, say) => [
      say.inventoryCheck('after terraform.source was corrected, or the commit was pushed to that repository'),
    ],
  },
  'terraform-program': {
    failure: undo('asking again gives the same answer'),
    sentence: ({ tool, version, why }) =>
      `the configuration does not take ${tool} ${version}, which slipway.yaml names: ${quoted(why)}`,
    advice: (_, say) => [
      say.terraform('version', 'the program at hand'),
      say.inventoryCheck('after terraform.version was set to one that required_version allows'),
      say.tools('which versions are here'),
    ],
  },
  'terraform-init-failed': {
    failure: passing('a registry or a backend that is away may come back'),
    sentence: ({ tool, why }) => `${tool} could not get ready (init): ${quoted(why)}`,
    advice: (_, say) => [
      say.terraform('init', 'the same by hand, with the backend configuration slipway.yaml refers to'),
      say.inventoryCheck('after terraform.backend, terraform.env or terraform.workspace was corrected'),
    ],
  },
  'terraform-local-state': {
    failure: undo('what is done would be forgotten, and every machine made twice'),
    sentence: ({ setting, found }) =>
      `the Terraform state would be a file in Slipway's own checkout and go with it: the backend local has ${found === undefined ? `no ${setting}` : `the relative ${setting} ${quoted(found)}`}`,
    advice: ({ setting }, say) => [
      say.inventoryCheck(
        `after a file of terraform.backend says ${setting} = "/…", an absolute path on the worker's machine`,
      ),
    ],
  },
  'terraform-lockless': {
    failure: undo('two writers spoil a state'),
    sentence: ({ backend, settings }) =>
      `the Terraform state has no lock, so two could write it at once: the backend ${backend} ${settings.length === 0 ? 'knows none' : `has no ${settings.join(' and no ')}`}`,
    advice: ({ settings: [first] }, say) => [
      ...(first === undefined
        ? []
        : [say.inventoryCheck(`after ${first} was set in backend.tf, or in a file of terraform.backend`)]),
      say.terraform('init -migrate-state', 'moves the state to a backend that locks, once that is written'),
    ],
  },
  'terraform-remote-execution': {
    failure: undo('what cannot be checked is not done'),
    sentence: ({ backend }) =>
      `the workspace runs its plans at the other side (backend ${backend}), where Slipway can neither check nor stop them`,
    advice: (_, say) => [
      say.plan('again, once the execution mode of the workspace is Local (Settings, General)', ''),
    ],
  },
  'terraform-locked': {
    failure: undo('it was waited for; a lock is broken only where its owner is surely gone'),
    sentence: ({ who, since, operation, id, why }) => {
      const about = [operation, ...(id === undefined ? [] : [`lock ${id}`])].filter(
        (one) => one !== undefined,
      );
      const known =
        (about.length === 0 ? '' : ` (${about.join(', ')})`) +
        (since === undefined ? '' : ` since ${moment(since)}`);
      return `the Terraform state is locked by ${who ?? 'somebody the backend does not name'}${known}: ${quoted(why)}`;
    },
    advice: ({ id }, say) => [
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
  },
  'terraform-plan-failed': {
    failure: passing('a provider or a backend that is away may come back'),
    sentence: ({ tool, messages, count: all }) => `${tool} could not make a plan: ${said(messages, all)}`,
    advice: (_, say) => [say.terraform('plan', 'the whole error'), newPlan(say)],
  },
  'terraform-plan-stale': {
    failure: undo('nothing was done; a new plan is made'),
    sentence: ({ tool }) => `${tool} did nothing: somebody wrote the state since the plan was made`,
    advice: (_, say) => [
      say.terraform('state pull', 'serial, and what it holds now'),
      newPlan(say),
      thenRelease(say),
    ],
  },
  'terraform-apply-failed': {
    failure: halt('how far it came only the state and the machine say'),
    sentence: ({ tool, messages, count: all }) =>
      `${tool} did not carry the plan out to its end: ${said(messages, all)}`,
    advice: (_, say) => [
      say.terraform('plan', 'what is left to do; look at the machine at its hypervisor too'),
      say.report('the ids that were recorded before'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'terraform-state-unwritten': {
    failure: halt('the state does not know what was done'),
    sentence: ({ file }) =>
      `the backend did not take the Terraform state after the apply: what was done stands, encrypted, in ${file} alone`,
    advice: ({ file }, say) => [
      `age --decrypt --identity FILE --output errored.tfstate ${quote(file)}  # on the worker's machine, with the key of snapshot.recipient`,
      say.terraform(
        'state push errored.tfstate',
        'gives the backend what it did not take; remove the file afterwards',
      ),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'terraform-state-unreadable': {
    failure: passing('a backend that is away may come back'),
    sentence: ({ tool, why }) => `${tool} could not read the state: ${quoted(why)}`,
    advice: (_, say) => [
      say.terraform('state pull', 'the same by hand'),
      say.inventoryCheck('after terraform.backend or terraform.env was corrected'),
    ],
  },
};
