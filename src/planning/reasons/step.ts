import { count, listed, moment, quoted, span, timeOfDay } from '../text/phrases.js';
import { isAbout } from './is-about.js';
import { grantForgottenAfterMs } from '../node/undrained-pods.js';
import type { Reason } from './reason.js';
import {
  type AdviceCommands,
  type Entries,
  undo,
  undrained,
  halt,
  haltWithRollback,
  thenRelease,
  continueAfterRelease,
} from './entry.js';
import { describePod, scaleUp } from './gate.js';

/** What stopped a step. */
export type StepReason =
  | {
      readonly kind: 'expectation-broken';
      readonly node: string;
      readonly what: string;
      readonly expected: string;
      readonly found: string;
    }
  | { readonly kind: 'image-missing'; readonly image: string; readonly status: number }
  | { readonly kind: 'image-unavailable'; readonly image: string; readonly why: string }
  | {
      readonly kind: 'image-pull-failed';
      readonly node: string;
      readonly image: string;
      readonly why: string;
    }
  | {
      readonly kind: 'drain-blocked';
      readonly node: string;
      /** `namespace/name` of the pod that stays. */
      readonly pod: string;
      readonly owner: string | undefined;
      readonly budget: string | undefined;
      readonly allowed: number;
      readonly healthy: number;
      readonly desired: number;
      readonly attempts: number;
      /** An eviction that was granted and not carried out: its pod, `namespace/name`, counts as gone until Kubernetes forgets it. */
      readonly undone?: { readonly pod: string; readonly grantedAt: string; readonly forgottenAt: string };
    }
  | { readonly kind: 'drain-failed'; readonly node: string; readonly why: string; readonly attempts: number }
  /** Another user uncordoned the node, or replaced the cordon, while the run worked on it. */
  | { readonly kind: 'cordon-lost'; readonly node: string; readonly found: string }
  | { readonly kind: 'protected-pods'; readonly node: string; readonly pods: readonly string[] }
  | { readonly kind: 'leader-stays'; readonly node: string; readonly why: string }
  /** It was sent, or nearly was, and nothing of it arrived. */
  | { readonly kind: 'install-not-begun'; readonly node: string }
  /** Talos rejected the request: the node is unchanged. */
  | { readonly kind: 'install-refused'; readonly node: string; readonly why: string }
  /** Another user started an installer in this boot (lifecycle flow): the next boot takes that version. */
  | { readonly kind: 'installed-by-others'; readonly node: string; readonly image: string }
  /** The installer ran and failed (lifecycle flow). */
  | { readonly kind: 'install-failed'; readonly node: string; readonly why: string }
  /** The reboot request was, or may have been, sent; the node shows no sign of it. What is installed boots with its next reboot. */
  | { readonly kind: 'reboot-unanswered'; readonly node: string; readonly since: string }
  /** The request was, or may have been, sent; the node shows no sign of it. */
  | { readonly kind: 'install-unanswered'; readonly node: string; readonly since: string }
  | {
      readonly kind: 'back-on-old-version';
      readonly node: string;
      readonly version: string;
      readonly wanted: string;
      /** Lifecycle flow: the response to the install was lost, so whether anything was installed is not known. */
      readonly unconfirmed?: true;
    }
  | {
      readonly kind: 'node-never-returned';
      readonly node: string;
      readonly since: string;
      readonly last: string;
    }
  | {
      readonly kind: 'wrong-version';
      readonly node: string;
      readonly version: string;
      readonly wanted: string;
    }
  | {
      readonly kind: 'wrong-schematic';
      readonly node: string;
      readonly schematic: string;
      readonly wanted: string;
    }
  | { readonly kind: 'extensions-lost'; readonly node: string; readonly lost: readonly string[] }
  | {
      readonly kind: 'node-stays-not-ready';
      readonly node: string;
      /** The version it booted; left out: it booted nothing new. */
      readonly version?: string;
      readonly since: string;
      readonly message: string;
    }
  | {
      readonly kind: 'etcd-not-rejoined';
      readonly node: string;
      readonly why: string;
      /** The last observation. */
      readonly reason: Reason;
    }
  | { readonly kind: 'node-changed'; readonly node: string; readonly lost: readonly string[] }
  | { readonly kind: 'soak-broken'; readonly node: string; readonly reason: Reason; readonly after: number };

/** Where Slipway cannot do it: Talos' rollback boots the other slot, whichever that is. */
const rollBackByHand = (node: string, say: AdviceCommands, where = ''): string =>
  say.talosctl(node, 'rollback', `${where}boots the previous version, ONCE; a second one goes forward again`);

function afterWrongImage(node: string, say: AdviceCommands): string[] {
  return [
    say.talosctl(node, 'get extensions', 'what it is made of now'),
    rollBackByHand(node, say),
    say.inventoryCheck('whether the schematic of its role is the right one'),
    thenRelease(say),
  ];
}

export const stepReasons: Entries<StepReason> = {
  'expectation-broken': {
    failure: undo('the plan is not true any more; a new one is made'),
    sentence: ({ node, what, expected, found }) =>
      `${node} is not what the plan was made for: its ${what} should be ${expected} and is ${found}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'get extensions', 'what it runs, and its schematic'),
      say.plan('a plan that fits what runs now', ''),
      thenRelease(say),
    ],
  },
  'image-missing': {
    failure: undo('the factory will not find it automatically'),
    sentence: ({ image, status }) => `the factory answers ${status} for ${image}: there is no such image`,
    advice: ({ image }, say) => [
      say.inventoryCheck(`whether factory, platform and schematic are right: ${image}`),
      thenRelease(say),
    ],
  },
  'image-unavailable': {
    failure: undo('waited for as long as it may take'),
    sentence: ({ image, why }) => `the factory did not give ${image} in time: ${quoted(why)}`,
    advice: (_, say) => [thenRelease(say), continueAfterRelease(say)],
  },
  'image-pull-failed': {
    failure: undo('waited for as long as it may take'),
    sentence: ({ node, image, why }) => `${node} could not pull ${image}: ${quoted(why)}`,
    advice: ({ node, image }, say) => [
      say.talosctl(node, `image pull ${image} --namespace system`, 'what it says'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'drain-blocked': {
    failure: undrained('every attempt was used'),
    sentence: ({ node, pod, owner, budget, allowed, healthy, desired, attempts, undone }) => {
      const whose = owner === undefined ? pod : `${pod} (${owner})`;
      const tried = `asked in ${count(attempts, 'attempt')}`;
      if (budget === undefined) return `${whose} does not leave ${node}, ${tried}`;
      return (
        `${whose} does not leave ${node}: PodDisruptionBudget ${budget} allows ${count(allowed, 'disruption')} ` +
        `(${healthy} healthy, ${desired} must stay so), ${tried}` +
        (undone === undefined
          ? ''
          : `; the API server granted the eviction of ${undone.pod} at ${timeOfDay(undone.grantedAt)} and did not carry it out, ` +
            `which Kubernetes forgets after ${span(grantForgottenAfterMs)}, at ${timeOfDay(undone.forgottenAt)}`)
      );
    },
    advice: ({ pod, owner, budget, desired, undone }, say) => {
      const [namespace = ''] = pod.split('/');
      // One more replica would not help: a pod that only counts as gone exhausts the budget.
      const more = undone === undefined ? scaleUp(owner, namespace, desired + 1) : [];
      return [
        say.kubectl(describePod(pod), 'the pod that stays'),
        ...(budget === undefined
          ? []
          : [
              say.kubectl(
                `get pdb -n ${namespace} ${budget.split('/')[1] ?? budget}${undone === undefined ? '' : ' -o yaml'}`,
                undone === undefined
                  ? 'the budget that keeps it'
                  : 'its status.disruptedPods: pods that count as gone, until Kubernetes forgets them automatically',
              ),
            ]),
        ...more.map((what) => say.kubectl(what, 'one more than must stay')),
        thenRelease(say),
        continueAfterRelease(say),
      ];
    },
  },
  'drain-failed': {
    failure: undrained('more time does not help'),
    sentence: ({ node, why, attempts }) =>
      attempts === 0
        ? `${node} cannot be drained: ${quoted(why)}`
        : `${node} could not be drained in ${count(attempts, 'attempt')}: ${quoted(why)}`,
    advice: ({ node }, say) => [
      say.kubectl(`get pods -A -o wide --field-selector spec.nodeName=${node}`, 'what runs on it'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'cordon-lost': {
    failure: undo('a person took the node back; what is left of our marks goes too'),
    sentence: ({ node, found }) => `${node} no longer carries the cordon of this run: ${quoted(found)}`,
    advice: ({ node }, say) => [
      say.kubectl(`describe node ${node}`, 'who had it last'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'protected-pods': {
    failure: undo('they came back after the drain'),
    sentence: ({ node, pods }) => `pods that a PodDisruptionBudget protects run on ${node}: ${listed(pods)}`,
    advice: ({ pods }, say) => [
      ...pods
        .slice(0, 2)
        .map((pod) => say.kubectl(describePod(pod), 'why it came back to a cordoned node: its tolerations')),
      thenRelease(say),
    ],
  },
  'leader-stays': {
    failure: undo('no other member took over'),
    sentence: ({ node, why }) => `${node} still leads etcd: ${quoted(why)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'etcd status', 'who leads, and whether the others have caught up'),
      say.talosctl(node, 'etcd forfeit-leadership', 'transfer the leadership by hand'),
      thenRelease(say),
    ],
  },
  'install-not-begun': {
    failure: undo('nothing was installed; a person says that it is sent again'),
    sentence: ({ node }) =>
      `the request to install on ${node} never arrived: no installer was started there since it booted, and nobody sends it again by themselves`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'dmesg', 'it names every installer that was started'),
      thenRelease(say),
      say.upgrade('sends it, after the release'),
    ],
  },
  'install-refused': {
    failure: undo('Talos changed nothing'),
    sentence: ({ node, why }) => `Talos on ${node} refused the upgrade and changed nothing: ${quoted(why)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'dmesg', 'what it says of the image'),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'installed-by-others': {
    failure: undo('another install could overwrite the slot that runs'),
    sentence: ({ node, image }) =>
      `somebody else installed ${image} on ${node} since it booted; another install could overwrite the slot it runs from`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'dmesg', 'what was installed, and how it ended'),
      say.talosctl(
        node,
        'reboot --drain',
        'boots it, on a worker that may go; look at etcd first on a control plane',
      ),
      thenRelease(say),
      continueAfterRelease(say),
    ],
  },
  'install-failed': {
    failure: halt('how far the installer came is not known'),
    sentence: ({ node, why }) =>
      `the installer on ${node} failed, and the node still runs what it ran: ${quoted(why)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'dmesg', 'what the installer says'),
      say.uncordon(node, 'return the node to service: it runs what it ran'),
      thenRelease(say),
      say.upgrade('reboots it to see what it boots, after the release; it does not install on top'),
    ],
  },
  'reboot-unanswered': {
    failure: halt('it may have been sent, and is sent once only'),
    sentence: ({ node, since }) =>
      `${node} shows no sign of the reboot that was, or may have been, asked for ${moment(since)}; ` +
      'what is installed on it boots with its next reboot, whatever causes it',
    advice: ({ node }, say) => [
      say.talosctl(node, 'get machinestatus', 'whether it reboots'),
      thenRelease(say),
      say.upgrade('reboots it under all gates, after the release; nothing is installed again'),
    ],
  },
  'install-unanswered': {
    failure: halt('it may have been sent, and is sent once only'),
    sentence: ({ node, since }) =>
      `${node} shows no sign of the upgrade request that was, or may have been, sent ${moment(since)}; it is not sent again automatically`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'dmesg', 'whether the request arrived'),
      say.talosctl(node, 'get machinestatus', 'whether it installs'),
      say.uncordon(node, 'if it never arrived: return the node to service'),
      thenRelease(say),
      say.upgrade('sends it again, after the release'),
    ],
  },
  'back-on-old-version': {
    failure: halt('another install would overwrite the slot that still boots'),
    sentence: ({ node, version, wanted, unconfirmed }) =>
      unconfirmed
        ? `${node} came back on ${version} from its reboot; whether ${wanted} was installed before is not known, since the answer ` +
          'to that request was lost; it is not asked for again automatically'
        : `${node} came back on ${version} after the install of ${wanted} (boot id changed, version did not); ` +
          'the image is not installed again automatically',
    advice: ({ node }, say) => [
      say.talosctl(node, 'dmesg', 'why it did not boot what was installed'),
      say.uncordon(node, 'stay on the old version: the node is whole'),
      thenRelease(say),
      say.upgrade('installs again, after the release; gives up the rollback'),
    ],
  },
  'node-never-returned': {
    failure: halt('a machine that does not answer cannot be undone'),
    sentence: ({ node, since, last }) =>
      `${node} did not come back, awaited since ${moment(since)}; the last that was seen: ${quoted(last)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'dmesg', 'if it answers by now'),
      say.kubectl(`get node ${node} -o wide`, 'whether its kubelet is heard of; look at its console too'),
      rollBackByHand(node, say, 'if Talos answers and it does not get well: '),
      thenRelease(say),
    ],
  },
  'wrong-version': {
    failure: halt('somebody else is at work on it'),
    sentence: ({ node, version, wanted }) => `${node} runs ${version}, and was to boot ${wanted}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'version', 'what runs'),
      say.plan('what would be left to do', ''),
      thenRelease(say),
    ],
  },
  'wrong-schematic': {
    failure: haltWithRollback('what it lost, its pods may need'),
    sentence: ({ node, schematic, wanted }) =>
      `${node} came back made of schematic ${schematic}, and it should be ${wanted}`,
    advice: (reason, say) => afterWrongImage(reason.node, say),
  },
  'extensions-lost': {
    failure: haltWithRollback('what it lost, its pods may need'),
    sentence: ({ node, lost }) =>
      `${node} came back without ${lost.length === 1 ? 'the system extension' : 'the system extensions'} ${listed(lost)}`,
    advice: (reason, say) => afterWrongImage(reason.node, say),
  },
  'node-stays-not-ready': {
    failure: haltWithRollback('its pods would not run on it'),
    sentence: ({ node, version, since, message }) =>
      `${node} ${version === undefined ? 'has booted' : `runs ${version}`} and is not Ready since ${moment(since)}: ${quoted(message)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'service', 'which service is not healthy'),
      say.talosctl(node, 'dmesg', 'what went wrong'),
      rollBackByHand(node, say),
      thenRelease(say),
    ],
  },
  'etcd-not-rejoined': {
    failure: haltWithRollback('the next control plane would take the majority', 'if-its-own'),
    sentence: ({ node, why, reason }) =>
      !isAbout(reason, node)
        ? `etcd is not well since ${node} is back: ${quoted(why)}`
        : `the etcd member on ${node} did not come back: ${quoted(why)}`,
    advice: ({ node, reason }, say) => [
      ...(!isAbout(reason, node) ? say.adviseOn(reason) : []),
      say.talosctl(node, 'service etcd', 'whether it runs'),
      say.talosctl(node, 'logs etcd', 'why it does not join'),
      say.talosctl(node, 'etcd members', 'the members, as this node sees them'),
      thenRelease(say),
    ],
  },
  'node-changed': {
    failure: halt('its pods may be placed by what it lost'),
    sentence: ({ node, lost }) => `${node} came back without ${listed(lost)}`,
    advice: ({ node }, say) => [
      say.kubectl(`describe node ${node}`, 'put back what was lost'),
      say.uncordon(node, 'then uncordon it'),
      thenRelease(say),
    ],
  },
  'soak-broken': {
    failure: haltWithRollback(
      'the node is in service; where it is not to blame, a person judges',
      'if-its-own',
    ),
    sentence: ({ node, reason, after }, describe) =>
      `${span(after)} after ${node} a gate closed and stayed closed: ${describe(reason)}`,
    advice: ({ reason }, say) => [...say.adviseOn(reason), thenRelease(say), continueAfterRelease(say)],
  },
};
