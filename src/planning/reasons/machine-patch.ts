import { count, moment, quoted } from '../text/phrases.js';
import { type Entries, refuse, passing, undo, halt, thenRelease, continueAfterRelease } from './entry.js';

/** Why a replaced machine does not run with the patches of slipway.yaml. */
export type PatchReason =
  /** talosctl did not merge the patches of slipway.yaml into its machine configuration. */
  | { readonly kind: 'patch-failed'; readonly node: string; readonly why: string }
  /** The patches are not idempotent: merged again with what Talos shows later, they change it again. */
  | { readonly kind: 'patch-works-once'; readonly node: string; readonly why: string }
  /** Its machine was replaced at this version, and lacks patches that an upgrade in place does not bring. */
  | {
      readonly kind: 'patches-owed';
      readonly node: string;
      readonly version: string;
      readonly wanted: string;
      readonly patches: number;
    }
  /** Talos accepted patches that need no reboot, and does not run with them yet. `since`: ISO time. */
  | { readonly kind: 'patch-not-in-effect'; readonly node: string; readonly since: string }
  /** Patches that take effect with a reboot were sent, or nearly were, and neither shows. `since`: ISO time. */
  | { readonly kind: 'patch-unanswered'; readonly node: string; readonly since: string };

export const machinePatchReasons: Entries<PatchReason> = {
  'patch-failed': {
    failure: undo('a person corrects it'),
    sentence: ({ node, why }) =>
      `the patches of slipway.yaml could not be merged into the machine configuration of ${node}: ${quoted(why)}`,
    advice: (_, say) => [
      say.inventoryCheck('after the patch was corrected'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'patch-works-once': {
    failure: undo('a person corrects it'),
    sentence: ({ node, why }) =>
      `the patches of slipway.yaml for ${node} that wait until it is Ready merge only once, and are merged into what it runs more than once: ${quoted(why)}`,
    advice: (_, say) => [
      say.inventoryCheck('after the patch was written so that it may be merged again: no remove, no test'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'patches-owed': {
    failure: refuse('a person brings them first'),
    sentence: ({ node, version, wanted, patches }) =>
      `the machine of ${node} was replaced with Talos ${version}, and ${count(patches, 'patch', 'patches')} that it was to get once it was Ready may be missing; going on to ${wanted} in place would not bring them`,
    advice: ({ node, version }, say) => [
      say.upgrade('brings it its patches, and uncordons it', `--talos ${version} --only ${node}`),
      say.plan('then the plan you asked for', ''),
    ],
  },
  'patch-not-in-effect': {
    failure: passing('Talos may still bring it into effect'),
    sentence: ({ node, since }) =>
      `${node} took its patches after ${moment(since)}, and does not run with them yet`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'get machineconfig -o yaml', 'whether they are in it'),
      say.talosctl(node, 'dmesg', 'what it says of them'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'patch-unanswered': {
    failure: halt('they may have been sent, and come with a reboot'),
    sentence: ({ node, since }) =>
      `${node} shows no sign of the patches that were, or may have been, sent to it ${moment(since)}; they come with a reboot, and are not sent again by themselves`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'dmesg', 'whether it took a configuration, and reboots'),
      say.talosctl(node, 'get machineconfig -o yaml', 'whether they are in it by now'),
      thenRelease(say),
      say.upgrade('takes the node up again, with its patches, after the release'),
    ],
  },
};
