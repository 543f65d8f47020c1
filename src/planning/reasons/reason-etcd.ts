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
