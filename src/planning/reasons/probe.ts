import { moment, quoted } from '../text/phrases.js';
import { type AdviceCommands, type Entries, halt, haltWithRollback, thenRelease } from './entry.js';

/** Why a smoke test of slipway.yaml keeps a node cordoned. `again`: the kubectl arguments to run it from a terminal. */
export type ProbeReason =
  /** It ended with an exit code other than 0, or not at all. */
  | {
      readonly kind: 'probe-failed';
      readonly node: string;
      readonly probe: string;
      /** `exit code 9`, or the kubelet's reason. */
      readonly why: string;
      /** The end of its output, cut and on one line. */
      readonly tail?: string;
      readonly again: string;
    }
  /** Its Pod existed for the whole limit, and its container never ran. `since`: ISO time. */
  | {
      readonly kind: 'probe-not-started';
      readonly node: string;
      readonly probe: string;
      readonly since: string;
      readonly why: string;
      readonly again: string;
    }
  /** The Kubernetes API rejected its Pod. */
  | {
      readonly kind: 'probe-refused';
      readonly node: string;
      readonly probe: string;
      readonly namespace: string;
      readonly why: string;
    };

const thenAgain = (node: string, say: AdviceCommands): string[] => [
  thenRelease(say),
  say.upgrade(`takes over ${node} and tries it again`),
];

export const probeReasons: Entries<ProbeReason> = {
  'probe-failed': {
    failure: haltWithRollback('what the probe is for would fail there too'),
    sentence: ({ node, probe, why, tail }) =>
      `the probe ${probe} failed on ${node}: ${quoted(why)}` +
      (tail === undefined ? '' : `; the last it wrote: ${quoted(tail)}`),
    advice: ({ node, again }, say) => [
      say.kubectl(again, 'the probe, by hand'),
      say.talosctl(node, 'dmesg', 'what the node says of its devices and networks'),
      ...thenAgain(node, say),
      say.uncordon(node, 'where it is good enough as it is'),
    ],
  },
  'probe-not-started': {
    failure: halt('nobody knows whether it would have ended well'),
    sentence: ({ node, probe, since, why }) =>
      `the probe ${probe} did not start on ${node}, awaited since ${moment(since)}: ${quoted(why)}`,
    advice: ({ node, again }, say) => [
      say.kubectl(again, 'the probe, by hand'),
      say.kubectl(`describe node ${node}`, 'what it offers, and what is taken of it'),
      ...thenAgain(node, say),
      say.uncordon(node, 'where it is good enough as it is'),
    ],
  },
  'probe-refused': {
    failure: halt('a person allows it, or takes the probe out'),
    sentence: ({ node, probe, namespace, why }) =>
      `Kubernetes does not take the Pod of the probe ${probe} for ${node} in the namespace ${namespace}: ${quoted(why)}`,
    advice: ({ node, namespace }, say) => [
      say.kubectl(
        `get namespace ${namespace} --show-labels`,
        'whether it is there, and which pods it allows',
      ),
      say.kubectl(
        `auth can-i create pods -n ${namespace} --as=slipway`,
        'whether its Role is there: deploy/kubernetes/probes/namespace.yaml',
      ),
      say.inventoryCheck('whether slipway.yaml names the right namespace'),
      ...thenAgain(node, say),
    ],
  },
};
