import { shortHash } from '../plan/approval-text.js';
import { count, listed, moment, quoted, span } from '../text/phrases.js';
import { type Entries, refuse, thenRelease } from './entry.js';

/** The request itself cannot be served. */
export type RequestReason =
  | { readonly kind: 'nothing-to-do'; readonly target: string }
  | { readonly kind: 'unknown-cluster'; readonly cluster: string; readonly known: readonly string[] }
  | { readonly kind: 'unknown-node'; readonly node: string; readonly known: readonly string[] }
  | { readonly kind: 'bad-version'; readonly version: string }
  /** The factory does not know the version. `newest` is the newest it knows of the same minor. */
  | { readonly kind: 'version-unknown'; readonly version: string; readonly newest: string | undefined }
  | { readonly kind: 'downgrade'; readonly node: string; readonly from: string; readonly to: string }
  /** `next`: the minor between them of which the factory has no release (`1.13`). */
  | { readonly kind: 'minor-skipped'; readonly from: string; readonly to: string; readonly next: string }
  /** Another major in place. */
  | {
      readonly kind: 'strategy-unavailable';
      readonly from: string;
      readonly to: string;
      /** The strategy comes from the request, and slipway.yaml names another one. */
      readonly asked?: true;
    }
  /** The nodes run a Talos whose upgrade protocol this version of Slipway does not know. `highest` is the newest known minor. */
  | { readonly kind: 'flow-unavailable'; readonly version: string; readonly highest: string }
  /** Machines are to be replaced for another image of the version they run, which is installed in place. */
  | { readonly kind: 'strategy-impossible'; readonly node: string; readonly version: string }
  /** A person rejected the plan. `plan`: its hash. */
  | {
      readonly kind: 'approval-rejected';
      readonly by: string;
      readonly why: string;
      readonly plan: string;
    }
  /** The plan was not approved; where two people must approve, only `by` did. Milliseconds. */
  | { readonly kind: 'approval-expired'; readonly plan: string; readonly limit: number; readonly by?: string }
  /** The support matrix has no row for that Talos minor. */
  | { readonly kind: 'talos-unsupported'; readonly version: string; readonly known: readonly string[] }
  | {
      readonly kind: 'kubernetes-unsupported';
      readonly talos: string;
      readonly kubernetes: string;
      readonly lowest: string;
      readonly highest: string;
    }
  /** `back`: it rolls another run back. */
  | {
      readonly kind: 'run-open';
      readonly cluster: string;
      readonly run: number;
      readonly target: string;
      readonly back?: true;
    }
  | {
      readonly kind: 'held';
      readonly cluster: string;
      readonly run: number;
      readonly since: string;
      readonly why: string;
    }
  /** A person froze the cluster: no new run starts. */
  | {
      readonly kind: 'frozen';
      readonly cluster: string;
      readonly by: string;
      readonly why: string;
      readonly since: string;
    }
  /**
   * A rolled-back version: no merge brings it again automatically. `wentBack`: the node that rolled back; left out: a whole run was rolled
   * back.
   */
  | {
      readonly kind: 'version-blocked';
      readonly cluster: string;
      readonly talos: string;
      readonly run: number;
      readonly since: string;
      readonly wentBack?: string;
    }
  /** A newer merge wants another version, and nothing was touched yet. `commit`: the merge commit. */
  | { readonly kind: 'superseded'; readonly target: string; readonly commit?: string }
  | { readonly kind: 'schema-unknown'; readonly schema: number; readonly known: number }
  /**
   * A run of so many nodes could not finish: what it would write exceeds Temporal's limits. `plan` and `history`: bytes; `events` of the
   * run's history. `fits`: estimated number of nodes that fit.
   */
  | {
      readonly kind: 'run-too-large';
      readonly nodes: number;
      readonly hops: number;
      readonly what: 'plan' | 'events' | 'history';
      readonly size: number;
      readonly limit: number;
      readonly fits: number;
    }
  /** It waited for a worker beyond its limit. Milliseconds. */
  | { readonly kind: 'request-too-old'; readonly requestedAt: string; readonly limit: number };

const writes: Readonly<Record<(RequestReason & { kind: 'run-too-large' })['what'], string>> = {
  plan: 'make a plan',
  events: 'write a history',
  history: 'write a history',
};

function amount(what: keyof typeof writes, size: number): string {
  return what === 'events' ? count(size, 'event') : `${(size / 1024 / 1024).toFixed(1)} MiB`;
}

export const requestReasons: Entries<RequestReason> = {
  'nothing-to-do': {
    failure: refuse('nothing was touched'),
    sentence: ({ target }) => `every node runs Talos ${target} already, so there is nothing to do`,
    advice: (_, say) => [
      say.status('what runs, and what ran last'),
      say.plan('look at another version', '--talos vX.Y.Z'),
    ],
  },
  'unknown-cluster': {
    failure: refuse('asking again gives the same answer'),
    sentence: ({ cluster, known }) =>
      known.length === 0
        ? `no cluster "${cluster}" is known here`
        : `no cluster "${cluster}" is known here, only ${listed(known, 10)}`,
    advice: (_, say) => [say.inventoryCheck('says which cluster the file names')],
  },
  'unknown-node': {
    failure: refuse('asking again gives the same answer'),
    sentence: ({ node, known }) => `slipway.yaml names no node "${node}", only ${listed(known, 20)}`,
    advice: (_, say) => [say.inventoryCheck('after the node was added to slipway.yaml')],
  },
  'bad-version': {
    failure: refuse('asking again gives the same answer'),
    sentence: ({ version }) => `"${version}" is no version; a version is written v1.12.6`,
    advice: (_, say) => [say.plan('with a version as the factory lists it', '--talos v1.12.6')],
  },
  'version-unknown': {
    failure: refuse('the factory may learn it later; a person asks again'),
    sentence: ({ version, newest }) =>
      newest === undefined
        ? `the Image Factory knows no Talos ${version}, and no release of that minor`
        : `the Image Factory knows no Talos ${version}; the newest of that minor is ${newest}`,
    advice: ({ newest }, say) =>
      newest === undefined
        ? [say.plan('with a version the factory has', '--talos vX.Y.Z')]
        : [say.plan('the newest of that minor', `--talos ${newest}`)],
  },
  downgrade: {
    failure: refuse('never done'),
    sentence: ({ node, from, to }) => `${node} runs Talos ${from}, and ${to} would be a downgrade`,
    advice: (_, say) => [say.plan('with a version that is not older than what runs', '--talos vX.Y.Z')],
  },
  'minor-skipped': {
    failure: refuse('never done'),
    sentence: ({ from, to, next }) =>
      `from Talos ${from} to ${to} a minor would be skipped; the Image Factory has no release of ${next}, which lies between`,
    advice: (_, say) => [say.plan('with a version the factory has the way to', '--talos vX.Y.Z')],
  },
  'strategy-unavailable': {
    failure: refuse('not in this version'),
    sentence: ({ from, to, asked }) =>
      `${asked ? 'whoever asked' : 'slipway.yaml'} wants an upgrade from Talos ${from} to ${to} done ` +
      'in place although the major changes, and Slipway upgrades in place within one major',
    advice: ({ from }, say) => [
      say.plan(`stay on the minor of ${from}`, '--talos vX.Y.Z'),
      say.plan('its machines replaced, which a person approves', '--strategy replace'),
      say.plan('what a person would type, to go on by hand', '--commands'),
    ],
  },
  'flow-unavailable': {
    failure: refuse('not in this version'),
    sentence: ({ version, highest }) =>
      `nodes that run Talos ${version} are upgraded in a way this version of Slipway does not know; it knows Talos up to ${highest}`,
    advice: (_, say) => [say.tools('which talosctl is here; a newer Slipway brings a newer one')],
  },
  'strategy-impossible': {
    failure: refuse('asking again gives the same answer'),
    sentence: ({ node, version }) =>
      `${node} runs Talos ${version} already and is to get another image of it: that is installed in place, and no machine is replaced for it`,
    advice: (_, say) => [
      say.upgrade('in place, as slipway.yaml has it', ''),
      say.upgrade('those that get another version, by replacement', '--strategy replace --only NODE…'),
    ],
  },
  'approval-rejected': {
    failure: refuse('a person said no, and nothing was touched'),
    sentence: ({ by, why, plan }) => `${quoted(by)} rejected plan ${shortHash(plan)}: ${quoted(why)}`,
    advice: (_, say) => [say.report('who decided what'), say.upgrade('the way slipway.yaml has it', '')],
  },
  'approval-expired': {
    failure: refuse('every wait ends; what wants an approval is not done without one'),
    sentence: ({ plan, limit, by }) =>
      `${by === undefined ? 'nobody' : `nobody but ${by}`} approved plan ${shortHash(plan)} within ${span(limit)}`,
    advice: (_, say) => [
      say.plan('what it would do now', ''),
      say.upgrade('asks again, with the same options', ''),
    ],
  },
  'talos-unsupported': {
    failure: refuse('no row, no upgrade'),
    sentence: ({ version, known }) =>
      `the support matrix has no row for Talos ${version}; it knows ${listed(known, 10)}`,
    advice: (_, say) => [say.plan('with a Talos the matrix knows', '--talos vX.Y.Z')],
  },
  'kubernetes-unsupported': {
    failure: refuse('the cluster would leave the support matrix'),
    sentence: ({ talos, kubernetes, lowest, highest }) =>
      `Talos ${talos} supports Kubernetes ${lowest} to ${highest}, and this cluster runs ${kubernetes}`,
    advice: ({ talos, lowest, highest }, say) => [
      say.kubectl('get nodes -o wide', 'which kubelet runs where'),
      say.plan(`again, once Kubernetes is between ${lowest} and ${highest}`, `--talos ${talos}`),
    ],
  },
  'run-open': {
    failure: refuse('one run at a time'),
    sentence: ({ cluster, run, target, back }) =>
      `run ${run} ${back ? 'takes' : 'is upgrading'} ${cluster} ${back ? 'back ' : ''}to Talos ${target}, and one run at a time is all a cluster takes`,
    advice: (_, say) => [
      say.watch('follow it'),
      say.abort('stop it; the node under way is undone or finished first'),
    ],
  },
  held: {
    failure: refuse('a person releases first'),
    sentence: ({ cluster, run, since, why }) =>
      `${cluster} is held since ${moment(since)} by run ${run}: ${quoted(why)}`,
    advice: (_, say) => [say.report('what happened'), thenRelease(say)],
  },
  frozen: {
    failure: refuse('a person lifts it'),
    sentence: ({ cluster, by, why, since }) =>
      `${quoted(by)} froze ${cluster} on ${moment(since)}, so that no run begins: ${quoted(why)}`,
    advice: ({ cluster }, say) => [
      `slipway unfreeze ${cluster} --why "…"  # runs may begin again; what waits for nothing else begins at once`,
      say.status('what is open, and what waits'),
    ],
  },
  'version-blocked': {
    failure: refuse('a person brings it again'),
    sentence: ({ cluster, talos, run, since, wentBack }) =>
      wentBack === undefined
        ? `${cluster} was rolled back from Talos ${talos} by run ${run} on ${moment(since)}, so no merge brings that again automatically, nor what had been merged by then`
        : `${cluster} turned back from Talos ${talos} at ${wentBack} in run ${run}, on ${moment(since)}, so no merge brings that again automatically`,
    advice: ({ cluster, run }, say) => [
      `slipway report ${cluster}/${run}  # why it did`,
      say.upgrade('brings what git declares all the same; once that has ended well, merges do again', ''),
    ],
  },
  superseded: {
    failure: refuse('the newest merge is what git declares'),
    sentence: ({ target, commit }) =>
      `a newer merge${commit === undefined ? '' : `, ${commit.slice(0, 12)},`} wants Talos ${target}, and nothing was touched yet`,
    advice: (_, say) => [say.watch('follow the run that takes its place')],
  },
  'schema-unknown': {
    failure: refuse('another version of Slipway made it'),
    sentence: ({ schema, known }) =>
      `the request has shape ${schema}, and this worker knows shape ${known}: they are of different versions of Slipway`,
    advice: (_, say) => [say.tools('the version here; bring command line and worker to the same one')],
  },
  'run-too-large': {
    failure: refuse('it could not come to its end'),
    sentence: ({ nodes, hops, what, size, limit, fits }) =>
      `a run over ${count(nodes, 'node')} in ${count(hops, 'hop')} would ${writes[what]} of ${amount(what, size)}, more than the ` +
      `${amount(what, limit)} that are safe with Temporal's limits; about ${count(fits, 'node')} fit into one run`,
    advice: ({ hops }, say) => [
      say.upgrade('fewer nodes in each run', '--only NODE…'),
      ...(hops > 1 ? [say.plan('the nearer version first: each hop counts', '--talos vX.Y.Z')] : []),
    ],
  },
  'request-too-old': {
    failure: refuse('whoever asked may ask again'),
    sentence: ({ requestedAt, limit }) =>
      `the request of ${moment(requestedAt)} met a worker more than ${span(limit)} later, when nobody waited for it any more`,
    advice: (_, say) => [say.plan('what it would do now; then ask again', '')],
  },
};
