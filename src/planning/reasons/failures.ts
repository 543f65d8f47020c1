import type { Reason } from './reason.js';

/** What a failure leads to. */
export interface Failure {
  /**
   * `refuse`: nothing was touched, the run does not start. `undo-and-halt`: the node is returned to what it was, the fleet
   * halts. `halt`: the node stays as it is, in a state with a name, the fleet halts and a person decides.
   * Before the install was sent, a `halt` is undone as well: nothing stands in the way. Once one may be installed, nothing is undone, whatever stands here.
   * `none`: the run goes on to its last node, and holds nothing.
   */
  readonly after: 'undo-and-halt' | 'halt' | 'refuse' | 'none';
  /** Whether the activity is tried again, within the limit of its step. */
  readonly retry: boolean;
  /**
   * Of a node that runs the new version: it rolls back to the previous version automatically, unless slipway.yaml says `onFailure: ask`, and
   * halts the fleet then. `if-its-own`: where what was waited for, or seen, is about that node (`automatic-rollback.ts`).
   */
  readonly back?: 'always' | 'if-its-own';
  /** Of a worker that is returned to service for it: the run goes on without it, where slipway.yaml says `undrained: skip`. */
  readonly alone?: true;
  /** Why so. */
  readonly note: string;
}

const refuse = (note: string): Failure => ({ after: 'refuse', retry: false, note });
/** Something that changes automatically: a node that reboots, an API that is away. */
const passing = (note: string): Failure => ({ after: 'undo-and-halt', retry: true, note });
const undo = (note: string): Failure => ({ after: 'undo-and-halt', retry: false, note });
/** The same, of a node that cannot be emptied. */
const undrained = (note: string): Failure => ({ ...undo(note), alone: true });
const halt = (note: string): Failure => ({ after: 'halt', retry: false, note });
const back = (note: string, when: Failure['back'] = 'always'): Failure => ({ ...halt(note), back: when });

/** One table: what every reason leads to. Read by `failureOf`. */
export const failures = {
  'nothing-to-do': refuse('nothing was touched'),
  'unknown-cluster': refuse('asking again gives the same answer'),
  'unknown-node': refuse('asking again gives the same answer'),
  'bad-version': refuse('asking again gives the same answer'),
  'version-unknown': refuse('the factory may learn it later; a person asks again'),
  downgrade: refuse('never done'),
  'minor-skipped': refuse('never done'),
  'strategy-unavailable': refuse('not in this version'),
  'flow-unavailable': refuse('not in this version'),
  'strategy-impossible': refuse('asking again gives the same answer'),
  'approval-rejected': refuse('a person said no, and nothing was touched'),
  'approval-expired': refuse('every wait ends; what wants an approval is not done without one'),
  'talos-unsupported': refuse('no row, no upgrade'),
  'kubernetes-unsupported': refuse('the cluster would leave the support matrix'),
  'run-open': refuse('one run at a time'),
  held: refuse('a person releases first'),
  frozen: refuse('a person lifts it'),
  'taken-back': refuse('a person brings it again'),
  superseded: refuse('the newest merge is what git declares'),
  'request-too-old': refuse('whoever asked may ask again'),
  'schema-unknown': refuse('another version of Slipway made it'),
  'run-too-large': refuse('it could not come to its end'),

  'inventory-disagrees': refuse('one of the two is wrong, and a person knows which'),
  'schematic-unknown': refuse('the factory may learn it; a person asks again'),
  'extensions-would-go': refuse('a person gives them up in slipway.yaml, or keeps them'),
  'armed-with-other': refuse('another install could overwrite the slot that runs'),
  'left-over-mark': refuse('the next run takes it over'),
  'two-voters': refuse('either one is needed for the other'),
  'single-control-plane': refuse('an outage is approved in slipway.yaml'),

  'credential-unreadable': undo('it will not appear automatically'),
  'certificate-expires': refuse('it would end in the middle'),
  'credential-rejected': undo('it will not be accepted automatically'),
  'talos-unreachable': passing('an API that does not answer is unknown, and is asked again'),
  'kubernetes-unreachable': passing('an API that does not answer is unknown, and is asked again'),
  'factory-unreachable': passing('an API that does not answer is unknown, and is asked again'),
  'tool-missing': undo('it will not appear automatically'),

  'node-missing': undo('a Node that is gone does not come back by waiting'),
  'node-not-ready': passing('it may get Ready'),
  'node-cordoned': undo('whoever cordoned it decides'),
  'talos-not-ready': { ...passing('it may get ready'), back: 'if-its-own' },
  'component-not-ready': passing('it may get ready'),
  'pods-in-trouble': passing('they may get well'),
  'budget-impossible': undrained('no waiting changes it'),
  'budgets-overlap': undrained('no waiting changes it'),

  'etcd-unreachable': passing('an API that does not answer is unknown, and is asked again'),
  'etcd-member-missing': undo('a member that is gone does not come back by waiting'),
  'etcd-member-unhealthy': passing('it may get healthy'),
  'etcd-member-unstarted': passing('it may start'),
  'etcd-learner': passing('it is promoted once it has caught up'),
  'etcd-alarm': undo('a person lifts an alarm'),
  'etcd-no-leader': passing('an election takes a second'),
  'etcd-leaders-disagree': passing('an election takes a second'),
  'etcd-node-leads': undo('it led again after it had handed over'),
  'etcd-behind': passing('it catches up'),
  'etcd-quorum-at-risk': passing('a member may come back'),
  'control-plane-disrupted': passing('it may come back'),

  'terraform-address-wrong': undo('asking again gives the same answer'),
  'terraform-address-empty': undo('a person says where it is'),
  'terraform-address-too-wide': undo('one node at a time'),
  'terraform-state-empty': undo('every machine would be made twice'),
  'terraform-state-lacks-node': undo('the machine would be made twice'),
  'terraform-state-other': undo('what was recorded is of another state'),
  'terraform-state-moved': undo('the plan is not true any more; a new one is made'),
  'terraform-too-new': undo('asking again gives the same answer'),
  'terraform-id-missing': undo('an attempt that is lost could not be judged'),
  'terraform-format-unknown': undo('what cannot be read cannot be checked'),
  'terraform-plan-errored': undo('half a plan is none'),
  'terraform-outside': undo('Terraform changes what the upgrade is about, and nothing else'),
  'terraform-action': undo('Terraform changes what the upgrade is about, and nothing else'),
  'terraform-not-replaced': undo('the node would keep its version'),
  'terraform-wrong-order': undo('two machines would have one address'),
  'terraform-attribute': undo('a person changes it, or says that it may change'),
  'terraform-drifted': undo('a person knows which of the two is right'),
  'terraform-id-changed': undo('somebody else was at work on it'),
  'terraform-deposed': undo('a person looks at what was left'),
  'terraform-deferred': undo('nothing is sent before Terraform has said what it will do'),
  'terraform-invokes': undo('nothing is sent before Terraform has said what it will do'),
  'terraform-template-moves-node': halt('nodes are touched one by one, under all gates'),
  'terraform-half-made': halt('a machine is destroyed once only'),
  'terraform-machine-unrecorded': halt('no machine is made twice'),
  'terraform-unclear': halt('a machine is destroyed once only'),
  'terraform-commit-unknown': undo('a person commits it'),
  'terraform-source': undo('a person corrects it, or pushes the commit'),
  'terraform-program': undo('asking again gives the same answer'),
  'terraform-init-failed': passing('a registry or a backend that is away may come back'),
  'terraform-local-state': undo('what is done would be forgotten, and every machine made twice'),
  'terraform-lockless': undo('two writers spoil a state'),
  'terraform-remote-execution': undo('what cannot be checked is not done'),
  'terraform-locked': undo('it was waited for; a lock is broken only where its owner is surely gone'),
  'terraform-plan-failed': passing('a provider or a backend that is away may come back'),
  'terraform-plan-stale': undo('nothing was done; a new plan is made'),
  'terraform-apply-failed': halt('how far it came only the state and the machine say'),
  'terraform-state-unwritten': halt('the state does not know what was done'),
  'terraform-state-unreadable': passing('a backend that is away may come back'),

  'replacement-unprepared': refuse('asking again gives the same answer'),
  'replacement-endpoint': refuse('the new machine could not join'),
  'replacement-loses-etcd': refuse('what is lost then does not come back'),
  'replacement-kubernetes-mixed': refuse('an upgrade of Talos changes no Kubernetes'),

  'replacement-unfinished': refuse('a person says that it is resumed'),

  'replace-unknown': halt('a machine is destroyed once only'),
  'machine-identity-unknown': undo('what cannot be told apart is not replaced'),
  'machine-other': halt('it gets no configuration, and nothing else'),
  'machine-silent': passing('it may still boot'),
  'machine-unconfigured': passing('its configuration may still come'),
  'machine-wrong-version': halt('no waiting changes what it was made of'),
  'machine-not-replaced': halt('its member may still be needed'),
  'machine-never-joined': back('a machine that is gone is not rolled back'),
  'configuration-wrong': undo('a person corrects it'),
  'configuration-refused': halt('sent again it would be refused again'),
  'network-cards-wrong': halt('its pods would not reach their networks'),
  'network-identity-lost': halt('whatever knows it by that would not find it'),
  'device-configuration-wrong': halt('a person corrects it; with a wrong one a node may not boot'),
  'device-not-offered': back('pods that need the cards would wait for ever'),
  'patch-failed': undo('a person corrects it'),
  'patch-works-once': undo('a person corrects it'),
  'patches-owed': refuse('a person brings them first'),
  'patch-not-in-effect': passing('Talos may still bring it into effect'),
  'patch-unanswered': halt('they may have been sent, and come with a reboot'),

  'expectation-broken': undo('the plan is not true any more; a new one is made'),
  'image-missing': undo('the factory will not find it automatically'),
  'image-unavailable': undo('waited for as long as it may take'),
  'image-pull-failed': undo('waited for as long as it may take'),
  'drain-blocked': undrained('every attempt was used'),
  'drain-failed': undrained('more time does not help'),
  'cordon-lost': undo('a person took the node back; what is left of our marks goes too'),
  'protected-pods': undo('they came back after the drain'),
  'leader-stays': undo('no other member took over'),
  'install-not-begun': undo('nothing was installed; a person says that it is sent again'),
  'install-refused': undo('Talos changed nothing'),
  'installed-by-others': undo('another install could overwrite the slot that runs'),
  'install-failed': halt('how far the installer came is not known'),
  'reboot-unanswered': halt('it may have been sent, and is sent once only'),
  'install-unanswered': halt('it may have been sent, and is sent once only'),
  'back-on-old-version': halt('another install would overwrite the slot that still boots'),
  'node-never-returned': halt('a machine that does not answer cannot be undone'),
  'wrong-version': halt('somebody else is at work on it'),
  'wrong-schematic': back('what it lost, its pods may need'),
  'extensions-lost': back('what it lost, its pods may need'),
  'node-stays-not-ready': back('its pods would not run on it'),
  'etcd-not-rejoined': back('the next control plane would take the majority', 'if-its-own'),
  'node-changed': halt('its pods may be placed by what it lost'),
  'probe-failed': back('what the probe is for would fail there too'),
  'probe-not-started': halt('nobody knows whether it would have ended well'),
  'probe-refused': halt('a person allows it, or takes the probe out'),
  'soak-broken': back('the node is in service; where it is not to blame, a person judges', 'if-its-own'),
  'snapshot-failed': {
    after: 'halt',
    retry: true,
    note: 'the next attempt may do; no node is touched before',
  },
  'snapshot-unproven': halt('no node is touched without a snapshot that restores'),
  'gave-up': back('every wait ends; what was begun is told', 'if-its-own'),
  aborted: halt('a person said so; what can be undone was undone'),
  'fleet-halted': undo('the first failure stops the others of its batch'),
  'rolled-back': halt('a person looks at why before the same is tried again'),
  'rollback-impossible': refuse('nothing was touched'),
  'rollback-failed': halt('what the rollback left is for a person to look at; no other node is begun'),
  'rollback-unanswered': halt('it may have been sent; a second one could go forward again'),
  'rollback-not-booted': halt('why its other slot did not boot is for a person to find out'),
  'rollback-refused': undo('Talos changed nothing'),
  'retry-other-way': refuse('a plan that was approved is not changed'),
  'left-unfinished': halt('the others are done; what an earlier run left is for a person to look at'),
  'nodes-skipped': {
    after: 'none',
    retry: false,
    note: 'every other node runs the target; the next run takes the skipped ones',
  },
  undecided: halt('every wait ends; no node was under work'),
  'window-expired': halt('every wait ends; no node was under work'),
  'pause-expired': halt('every wait ends; no node was under work'),
  terminated: halt('no code ran; the marks say how far it came'),
  unexpected: {
    after: 'halt',
    retry: true,
    note: 'not known: tried again within the limit, then a person looks',
  },
} as const satisfies Record<Reason['kind'], Failure>;

/** What a reason leads to. A kind that stands nowhere, of a worker of a newer release, halts as what is `unexpected` does. */
export function failureOf({ kind }: Pick<Reason, 'kind'>): Failure {
  const known: Readonly<Partial<Record<string, Failure>>> = failures;
  return known[kind] ?? failures.unexpected;
}

/** Whether a node was returned to service because it cannot be emptied: others may be. */
export function cannotBeEmptied(reason: Reason): boolean {
  const seen = reason.kind === 'gave-up' ? reason.reason : reason;
  return seen !== undefined && failureOf(seen).alone === true;
}
