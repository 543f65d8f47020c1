import { describePod, scaleUp } from './advise-cluster.js';
import { isAbout } from './is-about.js';
import type { StepReason } from './reason.js';
import type { AdviceCommands, Advices } from './reason-table.js';

/** Once a person is content with the node, the cluster may be given free. */
const thenRelease = (say: AdviceCommands): string => say.release('once the cluster is well; touches no node');
const again = (say: AdviceCommands): string =>
  say.upgrade('continues with the nodes that are left, after the release');

/** Where Slipway cannot do it: Talos' rollback boots the other slot, whichever that is. */
const rollBackByHand = (node: string, say: AdviceCommands, where = ''): string =>
  say.talosctl(node, 'rollback', `${where}boots the previous version, ONCE; a second one goes forward again`);
/** While the run waits. In a run that is rolled back as a whole the rollback is what is retried. */
const goBackAgain = (node: string, whole: true | undefined, say: AdviceCommands): string =>
  say.decide(
    whole ? 'retry' : 'rollback',
    node,
    'while the run waits: again, after a look at what it is now',
  );

export const stepAdvice: Advices<StepReason> = {
  'expectation-broken': ({ node }, say) => [
    say.talosctl(node, 'get extensions', 'what it runs, and its schematic'),
    say.plan('a plan that fits what runs now', ''),
    thenRelease(say),
  ],
  'image-missing': ({ image }, say) => [
    say.inventoryCheck(`whether factory, platform and schematic are right: ${image}`),
    thenRelease(say),
  ],
  'image-unavailable': (_, say) => [thenRelease(say), again(say)],
  'image-pull-failed': ({ node, image }, say) => [
    say.talosctl(node, `image pull ${image} --namespace system`, 'what it says'),
    thenRelease(say),
    again(say),
  ],
  'drain-blocked': ({ pod, owner, budget, desired, undone }, say) => {
    const [namespace = ''] = pod.split('/');
    // One more replica would not help: the budget is at its end by a pod that only counts as gone.
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
      again(say),
    ];
  },
  'drain-failed': ({ node }, say) => [
    say.kubectl(`get pods -A -o wide --field-selector spec.nodeName=${node}`, 'what runs on it'),
    thenRelease(say),
    again(say),
  ],
  'cordon-lost': ({ node }, say) => [
    say.kubectl(`describe node ${node}`, 'who had it last'),
    thenRelease(say),
    again(say),
  ],
  'protected-pods': ({ pods }, say) => [
    ...pods
      .slice(0, 2)
      .map((pod) => say.kubectl(describePod(pod), 'why it came back to a cordoned node: its tolerations')),
    thenRelease(say),
  ],
  'leader-stays': ({ node }, say) => [
    say.talosctl(node, 'etcd status', 'who leads, and whether the others have caught up'),
    say.talosctl(node, 'etcd forfeit-leadership', 'hand over by hand'),
    thenRelease(say),
  ],
  'install-not-begun': ({ node }, say) => [
    say.talosctl(node, 'dmesg', 'it names every installer that was started'),
    thenRelease(say),
    say.upgrade('sends it, after the release'),
  ],
  'install-refused': ({ node }, say) => [
    say.talosctl(node, 'dmesg', 'what it says of the image'),
    thenRelease(say),
    again(say),
  ],
  'installed-by-others': ({ node }, say) => [
    say.talosctl(node, 'dmesg', 'what was installed, and how it ended'),
    say.talosctl(
      node,
      'reboot --drain',
      'boots it, on a worker that may go; look at etcd first on a control plane',
    ),
    thenRelease(say),
    again(say),
  ],
  'install-failed': ({ node }, say) => [
    say.talosctl(node, 'dmesg', 'what the installer says'),
    say.giveBack(node, 'return the node to service: it runs what it ran'),
    thenRelease(say),
    say.upgrade('reboots it to see what it boots, after the release; it does not install on top'),
  ],
  'reboot-unanswered': ({ node }, say) => [
    say.talosctl(node, 'get machinestatus', 'whether it reboots'),
    thenRelease(say),
    say.upgrade('reboots it under all gates, after the release; nothing is installed again'),
  ],
  'install-unanswered': ({ node }, say) => [
    say.talosctl(node, 'dmesg', 'whether the request arrived'),
    say.talosctl(node, 'get machinestatus', 'whether it installs'),
    say.giveBack(node, 'if it never arrived: return the node to service'),
    thenRelease(say),
    say.upgrade('sends it again, after the release'),
  ],
  'back-on-old-version': ({ node }, say) => [
    say.talosctl(node, 'dmesg', 'why it did not boot what was installed'),
    say.giveBack(node, 'stay on the old version: the node is whole'),
    thenRelease(say),
    say.upgrade('installs again, after the release; gives up the rollback'),
  ],
  'node-never-returned': ({ node }, say) => [
    say.talosctl(node, 'dmesg', 'if it answers by now'),
    say.kubectl(`get node ${node} -o wide`, 'whether its kubelet is heard of; look at its console too'),
    rollBackByHand(node, say, 'if Talos answers and it does not get well: '),
    thenRelease(say),
  ],
  'wrong-version': ({ node }, say) => [
    say.talosctl(node, 'version', 'what runs'),
    say.plan('what would be left to do', ''),
    thenRelease(say),
  ],
  'wrong-schematic': (reason, say) => afterWrongImage(reason.node, say),
  'extensions-lost': (reason, say) => afterWrongImage(reason.node, say),
  'node-stays-not-ready': ({ node }, say) => [
    say.talosctl(node, 'service', 'which service is not healthy'),
    say.talosctl(node, 'dmesg', 'what went wrong'),
    rollBackByHand(node, say),
    thenRelease(say),
  ],
  'etcd-not-rejoined': ({ node, reason }, say) => [
    ...(!isAbout(reason, node) ? say.adviseOn(reason) : []),
    say.talosctl(node, 'service etcd', 'whether it runs'),
    say.talosctl(node, 'logs etcd', 'why it does not join'),
    say.talosctl(node, 'etcd members', 'the members, as this node sees them'),
    thenRelease(say),
  ],
  'node-changed': ({ node }, say) => [
    say.kubectl(`describe node ${node}`, 'put back what was lost'),
    say.giveBack(node, 'then uncordon it'),
    thenRelease(say),
  ],
  'soak-broken': ({ reason }, say) => [...say.adviseOn(reason), thenRelease(say), again(say)],
  'snapshot-failed': (_, say) => [
    say.inventoryCheck('whether snapshot.directory is right and can be written'),
    thenRelease(say),
  ],
  'snapshot-unproven': (_, say) => [
    say.tools('whether etcdutl fits'),
    say.report('what was compared'),
    thenRelease(say),
  ],
  'gave-up': ({ reason }, say) => [
    ...(reason === undefined ? [say.status('what it waited for')] : say.adviseOn(reason)),
    thenRelease(say),
    again(say),
  ],
  aborted: (_, say) => [say.report('how far it came'), thenRelease(say), again(say)],
  'fleet-halted': (_, say) => [say.report('what stopped first'), thenRelease(say), again(say)],
  'rolled-back': (_, say) => [say.report('what happened before'), thenRelease(say)],
  'rollback-impossible': ({ node }, say) => [
    say.talosctl(node, 'version', 'what runs, if it answers'),
    say.report('how far it came'),
    thenRelease(say),
  ],
  'rollback-failed': ({ node, reason }, say) => [
    ...say.adviseOnRollback(reason),
    say.kubectl(`get node ${node} -o wide`, 'what Kubernetes sees of it'),
    thenRelease(say),
  ],
  'rollback-unanswered': ({ node, whole }, say) => [
    say.talosctl(node, 'version', 'which of the two it runs'),
    say.talosctl(node, 'get machinestatus', 'whether it reboots'),
    goBackAgain(node, whole, say),
    thenRelease(say),
  ],
  'rollback-not-booted': ({ node, whole }, say) => [
    say.talosctl(node, 'dmesg', 'why it did not boot its other slot; look at its console too'),
    goBackAgain(node, whole, say),
    thenRelease(say),
  ],
  'rollback-refused': ({ node }, say) => [
    say.talosctl(node, 'dmesg', 'why it has no slot to roll back to'),
    thenRelease(say),
  ],
  'retry-other-way': (_, say) => [
    say.abort('ends the run; the cluster is held'),
    thenRelease(say),
    say.plan('what a new run would do', ''),
  ],
  'left-unfinished': ({ node }, say) => [
    say.kubectl(`get node ${node} -o wide`, 'what Kubernetes sees of it'),
    thenRelease(say),
    say.upgrade('takes it over, after the release'),
  ],
  'nodes-skipped': ({ nodes, target, declared, strategy, rollsBack }, say) => {
    const only = `--only ${nodes.join(' ')}`;
    const options = [
      ...(declared ? [] : [`--talos ${target}`]),
      ...(strategy === undefined ? [] : [`--strategy ${strategy}`]),
      only,
    ].join(' ');
    const which = nodes.length === 1 ? 'the skipped node' : 'the skipped nodes';
    return [
      rollsBack === undefined
        ? say.upgrade(`upgrades ${which}`, options)
        : say.rollBackRun(rollsBack, `rolls back ${which}`, only),
      say.report('who skipped what, and why'),
    ];
  },
  undecided: ({ reason }, say) => [...say.adviseOn(reason)],
  'window-expired': (_, say) => [
    say.inventoryCheck('after upgrade.windows, or limits.window, was corrected'),
    thenRelease(say),
    again(say),
  ],
  'pause-expired': (_, say) => [say.report('how far it came'), thenRelease(say), again(say)],
  terminated: (_, say) => [
    say.kubectl(
      `get nodes -o custom-columns='NAME:.metadata.name,CORDONED:.spec.unschedulable,RUN:.metadata.annotations.slipway\\.dev/run'`,
      'the marks it left',
    ),
    thenRelease(say),
    say.upgrade('takes over the nodes it left, after the release'),
  ],
  unexpected: (_, say) => [
    say.report('each step with its times'),
    say.status('what the worker says'),
    thenRelease(say),
  ],
};

function afterWrongImage(node: string, say: AdviceCommands): string[] {
  return [
    say.talosctl(node, 'get extensions', 'what it is made of now'),
    rollBackByHand(node, say),
    say.inventoryCheck('whether the schematic of its role is the right one'),
    thenRelease(say),
  ];
}
