import { count, listed, quoted } from '../text/phrases.js';
import type { EtcdReason } from './reason-etcd.js';
import type { Sentences } from './reason-table.js';

export const etcdSentences: Sentences<EtcdReason> = {
  'etcd-unreachable': ({ why }) => `etcd's members cannot be listed: ${quoted(why)}`,
  'etcd-member-missing': ({ node }) => `${node} is no member of etcd`,
  'etcd-member-unhealthy': ({ node, why, healthy, voting }) =>
    `the etcd member on ${node} is not healthy (${healthy} of ${voting} are): ${quoted(why)}`,
  'etcd-member-unstarted': ({ memberId }) => `etcd member ${memberId} was added and has never started`,
  'etcd-learner': ({ node }) => `the etcd member on ${node} is still a learner and does not vote`,
  'etcd-alarm': ({ node, alarm }) => `etcd raises the alarm ${alarm} on ${node}`,
  'etcd-no-leader': () => 'etcd has no leader that all of its members follow',
  'etcd-leaders-disagree': ({ leaders }) => `etcd's members follow different leaders: ${listed(leaders)}`,
  'etcd-node-leads': ({ node }) =>
    `${node} leads etcd, and a leader is not taken away before it has handed over`,
  'etcd-behind': ({ node, entries, allowed }) =>
    Number.isFinite(entries)
      ? `the etcd member on ${node} is ${count(entries, 'entry', 'entries')} behind the furthest one; ${allowed} are allowed`
      : `the etcd member on ${node} does not say how far it has come`,
  'etcd-quorum-at-risk': ({ healthy, voting, quorum }) =>
    `${healthy} of ${voting} voting etcd members are healthy: one less would leave ${healthy - 1}, and ${quorum} must agree`,
  'control-plane-disrupted': ({ node, why }) =>
    `another control plane, ${node}, is not there to take over: ${quoted(why)}`,
};
