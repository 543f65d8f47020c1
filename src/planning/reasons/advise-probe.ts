import type { ProbeReason } from './probe-reason.js';
import type { AdviceCommands, Advices } from './reason-table.js';

const thenAgain = (node: string, say: AdviceCommands): string[] => [
  say.release('once the cluster is well; touches no node'),
  say.upgrade(`takes over ${node} and tries it again`),
];

export const probeAdvice: Advices<ProbeReason> = {
  'probe-failed': ({ node, again }, say) => [
    say.kubectl(again, 'the probe, by hand'),
    say.talosctl(node, 'dmesg', 'what the node says of its devices and networks'),
    ...thenAgain(node, say),
    say.giveBack(node, 'where it is good enough as it is'),
  ],
  'probe-not-started': ({ node, again }, say) => [
    say.kubectl(again, 'the probe, by hand'),
    say.kubectl(`describe node ${node}`, 'what it offers, and what is taken of it'),
    ...thenAgain(node, say),
    say.giveBack(node, 'where it is good enough as it is'),
  ],
  'probe-refused': ({ node, namespace }, say) => [
    say.kubectl(`get namespace ${namespace} --show-labels`, 'whether it is there, and which pods it allows'),
    say.kubectl(
      `auth can-i create pods -n ${namespace} --as=slipway`,
      'whether its Role is there: deploy/kubernetes/probes/namespace.yaml',
    ),
    say.inventoryCheck('whether slipway.yaml names the right namespace'),
    ...thenAgain(node, say),
  ],
};
