import type { GateReason } from './reason.js';
import type { EtcdReason } from './reason-etcd.js';
import type { Advices } from './reason-table.js';

export const gateAdvice: Advices<GateReason> = {
  'node-missing': (_, say) => [say.kubectl('get nodes', 'which are there')],
  'node-not-ready': ({ node }, say) => [
    say.kubectl(`describe node ${node}`, 'its conditions and events'),
    say.talosctl(node, 'service kubelet', 'whether its kubelet runs'),
  ],
  'node-cordoned': ({ node, by }, say) => [
    say.kubectl(
      `uncordon ${node}`,
      by === 'Talos itself'
        ? 'only if it does not lift it automatically'
        : 'once whoever cordoned it is done',
    ),
  ],
  'talos-not-ready': ({ node }, say) => [
    say.talosctl(node, 'get machinestatus', 'what it waits for'),
    say.talosctl(node, 'service', 'which service is not healthy'),
  ],
  'component-not-ready': ({ component, node }, say) => [
    say.kubectl(`describe pod -n kube-system ${component}-${node}`, 'why it is not ready'),
    say.talosctl(node, 'service kubelet', 'the kubelet that runs it'),
  ],
  'pods-in-trouble': ({ pods }, say) =>
    pods.slice(0, 3).map((pod) => say.kubectl(describePod(pod.split(' ')[0] ?? pod), 'its events')),
  'budget-impossible': ({ budget, pods, owner, expected }, say) => {
    const [namespace = '', name = ''] = budget.split('/');
    return [
      say.kubectl(`get pdb -n ${namespace} ${name}`, 'the budget'),
      ...scaleUp(owner, namespace, expected + 1).map((what) =>
        say.kubectl(what, 'one more than must stay, then it can be drained'),
      ),
      ...pods.slice(0, 1).map((pod) => say.kubectl(describePod(pod), 'the pod')),
    ];
  },
  'budgets-overlap': ({ pod, budgets }, say) => [
    say.kubectl(`get pdb -n ${budgets[0]?.split('/')[0] ?? ''}`, 'leave one that covers it'),
    say.kubectl(describePod(pod), 'the pod and its labels'),
  ],
};

export const etcdAdvice: Advices<EtcdReason> = {
  'etcd-unreachable': (_, say) => [
    say.status('which control planes answer'),
    say.kubectl('get --raw /readyz?verbose', 'whether Kubernetes has its etcd'),
  ],
  'etcd-member-missing': ({ node }, say) => [
    say.talosctl(node, 'etcd members', 'the members, as this node sees them'),
    say.talosctl(node, 'service etcd', 'whether etcd runs there'),
  ],
  'etcd-member-unhealthy': ({ node }, say) => [
    say.talosctl(node, 'service etcd', 'whether it runs'),
    say.talosctl(node, 'etcd status', 'what it says of itself'),
    say.talosctl(node, 'logs etcd', 'what went wrong'),
  ],
  'etcd-member-unstarted': (_, say) => [
    say.status('wait until it has started, or remove it if its machine is gone'),
  ],
  'etcd-learner': ({ node }, say) => [
    say.talosctl(node, 'etcd status', 'how far it has caught up; it is promoted automatically'),
  ],
  'etcd-alarm': ({ node }, say) => [
    say.talosctl(node, 'etcd status', 'size of the database, and how much of it is in use'),
    say.talosctl(node, 'etcd alarm list', 'the alarms; disarm them once there is room again'),
  ],
  'etcd-no-leader': (_, say) => [say.status('an election takes a second; look again')],
  'etcd-leaders-disagree': (_, say) => [say.status('an election takes a second; look again')],
  'etcd-node-leads': ({ node }, say) => [say.talosctl(node, 'etcd forfeit-leadership', 'hand over by hand')],
  'etcd-behind': ({ node }, say) => [
    say.talosctl(node, 'etcd status', 'its applied index; it catches up automatically'),
  ],
  'etcd-quorum-at-risk': (_, say) => [say.status('which members are not healthy; bring them back first')],
  'control-plane-disrupted': ({ node }, say) => [
    say.kubectl(`describe node ${node}`, 'its conditions, and whether it is cordoned'),
    say.talosctl(node, 'get machinestatus', 'what Talos says of it'),
  ],
};

/** `describe pod -n postgres db-1` of `postgres/db-1`. */
export function describePod(pod: string): string {
  const [namespace = '', name = ''] = pod.split('/');
  return `describe pod -n ${namespace} ${name}`;
}

/** `scale -n postgres statefulset/db --replicas=2` of `StatefulSet/db`; none for what cannot be scaled. */
export function scaleUp(owner: string | undefined, namespace: string, replicas: number): string[] {
  const [kind = '', name = ''] = (owner ?? '').split('/');
  if (!['Deployment', 'StatefulSet', 'ReplicaSet'].includes(kind)) return [];
  return [`scale -n ${namespace} ${kind.toLowerCase()}/${name} --replicas=${replicas}`];
}
