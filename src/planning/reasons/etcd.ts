import { count, listed, quoted } from '../text/phrases.js';
import { type Entries, passing, undo } from './entry.js';

/** Why no control plane may be disrupted now. */
export type EtcdReason =
  | { readonly kind: 'etcd-unreachable'; readonly why: string }
  | { readonly kind: 'etcd-member-missing'; readonly node: string }
  | {
      readonly kind: 'etcd-member-unhealthy';
      readonly node: string;
      readonly why: string;
      readonly healthy: number;
      readonly voting: number;
    }
  | { readonly kind: 'etcd-member-unstarted'; readonly memberId: string }
  | { readonly kind: 'etcd-learner'; readonly node: string }
  | { readonly kind: 'etcd-alarm'; readonly node: string; readonly alarm: string }
  | { readonly kind: 'etcd-no-leader' }
  | { readonly kind: 'etcd-leaders-disagree'; readonly leaders: readonly string[] }
  | { readonly kind: 'etcd-node-leads'; readonly node: string }
  | {
      readonly kind: 'etcd-behind';
      readonly node: string;
      readonly entries: number;
      readonly allowed: number;
    }
  | {
      readonly kind: 'etcd-quorum-at-risk';
      readonly healthy: number;
      readonly voting: number;
      readonly quorum: number;
    }
  /** Another control plane is cordoned, not Ready or rebooting. */
  | { readonly kind: 'control-plane-disrupted'; readonly node: string; readonly why: string };

export const etcdReasons: Entries<EtcdReason> = {
  'etcd-unreachable': {
    failure: passing('an API that does not answer is unknown, and is asked again'),
    sentence: ({ why }) => `etcd's members cannot be listed: ${quoted(why)}`,
    advice: (_, say) => [
      say.status('which control planes answer'),
      say.kubectl('get --raw /readyz?verbose', 'whether Kubernetes has its etcd'),
    ],
  },
  'etcd-member-missing': {
    failure: undo('a member that is gone does not come back by waiting'),
    sentence: ({ node }) => `${node} is no member of etcd`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'etcd members', 'the members, as this node sees them'),
      say.talosctl(node, 'service etcd', 'whether etcd runs there'),
    ],
  },
  'etcd-member-unhealthy': {
    failure: passing('it may get healthy'),
    sentence: ({ node, why, healthy, voting }) =>
      `the etcd member on ${node} is not healthy (${healthy} of ${voting} are): ${quoted(why)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'service etcd', 'whether it runs'),
      say.talosctl(node, 'etcd status', 'what it says of itself'),
      say.talosctl(node, 'logs etcd', 'what went wrong'),
    ],
  },
  'etcd-member-unstarted': {
    failure: passing('it may start'),
    sentence: ({ memberId }) => `etcd member ${memberId} was added and has never started`,
    advice: (_, say) => [say.status('wait until it has started, or remove it if its machine is gone')],
  },
  'etcd-learner': {
    failure: passing('it is promoted once it has caught up'),
    sentence: ({ node }) => `the etcd member on ${node} is still a learner and does not vote`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'etcd status', 'how far it has caught up; it is promoted automatically'),
    ],
  },
  'etcd-alarm': {
    failure: undo('a person lifts an alarm'),
    sentence: ({ node, alarm }) => `etcd raises the alarm ${alarm} on ${node}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'etcd status', 'size of the database, and how much of it is in use'),
      say.talosctl(node, 'etcd alarm list', 'the alarms; disarm them once there is room again'),
    ],
  },
  'etcd-no-leader': {
    failure: passing('an election takes a second'),
    sentence: () => 'etcd has no leader that all of its members follow',
    advice: (_, say) => [say.status('an election takes a second; look again')],
  },
  'etcd-leaders-disagree': {
    failure: passing('an election takes a second'),
    sentence: ({ leaders }) => `etcd's members follow different leaders: ${listed(leaders)}`,
    advice: (_, say) => [say.status('an election takes a second; look again')],
  },
  'etcd-node-leads': {
    failure: undo('it led again after it had transferred its leadership'),
    sentence: ({ node }) =>
      `${node} leads etcd, and a leader is not disrupted before it has transferred its leadership`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'etcd forfeit-leadership', 'transfer the leadership by hand'),
    ],
  },
  'etcd-behind': {
    failure: passing('it catches up'),
    sentence: ({ node, entries, allowed }) =>
      Number.isFinite(entries)
        ? `the etcd member on ${node} is ${count(entries, 'entry', 'entries')} behind the furthest one; ${allowed} are allowed`
        : `the etcd member on ${node} does not say how far it has come`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'etcd status', 'its applied index; it catches up automatically'),
    ],
  },
  'etcd-quorum-at-risk': {
    failure: passing('a member may come back'),
    sentence: ({ healthy, voting, quorum }) =>
      `${healthy} of ${voting} voting etcd members are healthy: one less would leave ${healthy - 1}, and ${quorum} must agree`,
    advice: (_, say) => [say.status('which members are not healthy; bring them back first')],
  },
  'control-plane-disrupted': {
    failure: passing('it may come back'),
    sentence: ({ node, why }) => `another control plane, ${node}, is not there to take over: ${quoted(why)}`,
    advice: ({ node }, say) => [
      say.kubectl(`describe node ${node}`, 'its conditions, and whether it is cordoned'),
      say.talosctl(node, 'get machinestatus', 'what Talos says of it'),
    ],
  },
};
