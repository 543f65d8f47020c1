import { count, listed, moment, quoted, span, timeOfDay } from '../text/phrases.js';
import { isAbout } from './is-about.js';
import type { StepReason } from './reason.js';
import type { Sentences } from './reason-table.js';
import { stateWords } from '../report/node-state-words.js';
import { grantForgottenAfterMs } from '../node/undrained-pods.js';

export const stepSentences: Sentences<StepReason> = {
  'expectation-broken': ({ node, what, expected, found }) =>
    `${node} is not what the plan was made for: its ${what} should be ${expected} and is ${found}`,
  'image-missing': ({ image, status }) =>
    `the factory answers ${status} for ${image}: there is no such image`,
  'image-unavailable': ({ image, why }) => `the factory did not give ${image} in time: ${quoted(why)}`,
  'image-pull-failed': ({ node, image, why }) => `${node} could not pull ${image}: ${quoted(why)}`,
  'drain-blocked': ({ node, pod, owner, budget, allowed, healthy, desired, attempts, undone }) => {
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
  'drain-failed': ({ node, why, attempts }) =>
    attempts === 0
      ? `${node} cannot be drained: ${quoted(why)}`
      : `${node} could not be drained in ${count(attempts, 'attempt')}: ${quoted(why)}`,
  'cordon-lost': ({ node, found }) => `${node} no longer carries the cordon of this run: ${quoted(found)}`,
  'protected-pods': ({ node, pods }) =>
    `pods that a PodDisruptionBudget protects run on ${node}: ${listed(pods)}`,
  'leader-stays': ({ node, why }) => `${node} still leads etcd: ${quoted(why)}`,
  'install-not-begun': ({ node }) =>
    `the request to install on ${node} never arrived: no installer was started there since it booted, and nobody sends it again by themselves`,
  'install-refused': ({ node, why }) =>
    `Talos on ${node} refused the upgrade and changed nothing: ${quoted(why)}`,
  'installed-by-others': ({ node, image }) =>
    `somebody else installed ${image} on ${node} since it booted; another install could overwrite the slot it runs from`,
  'install-failed': ({ node, why }) =>
    `the installer on ${node} failed, and the node still runs what it ran: ${quoted(why)}`,
  'reboot-unanswered': ({ node, since }) =>
    `${node} shows no sign of the reboot that was, or may have been, asked for ${moment(since)}; ` +
    'what is installed on it boots with its next reboot, whatever causes it',
  'install-unanswered': ({ node, since }) =>
    `${node} shows no sign of the upgrade request that was, or may have been, sent ${moment(since)}; it is not sent again automatically`,
  'back-on-old-version': ({ node, version, wanted, unconfirmed }) =>
    unconfirmed
      ? `${node} came back on ${version} from its reboot; whether ${wanted} was installed before is not known, since the answer ` +
        'to that request was lost; it is not asked for again automatically'
      : `${node} came back on ${version} after the install of ${wanted} (boot id changed, version did not); ` +
        'the image is not installed again automatically',
  'node-never-returned': ({ node, since, last }) =>
    `${node} did not come back, awaited since ${moment(since)}; the last that was seen: ${quoted(last)}`,
  'wrong-version': ({ node, version, wanted }) => `${node} runs ${version}, and was to boot ${wanted}`,
  'wrong-schematic': ({ node, schematic, wanted }) =>
    `${node} came back made of schematic ${schematic}, and it should be ${wanted}`,
  'extensions-lost': ({ node, lost }) =>
    `${node} came back without ${lost.length === 1 ? 'the system extension' : 'the system extensions'} ${listed(lost)}`,
  'node-stays-not-ready': ({ node, version, since, message }) =>
    `${node} ${version === undefined ? 'has booted' : `runs ${version}`} and is not Ready since ${moment(since)}: ${quoted(message)}`,
  'etcd-not-rejoined': ({ node, why, reason }) =>
    !isAbout(reason, node)
      ? `etcd is not well since ${node} is back: ${quoted(why)}`
      : `the etcd member on ${node} did not come back: ${quoted(why)}`,
  'node-changed': ({ node, lost }) => `${node} came back without ${listed(lost)}`,
  'soak-broken': ({ node, reason, after }, describe) =>
    `${span(after)} after ${node} a gate closed and stayed closed: ${describe(reason)}`,
  'snapshot-failed': ({ why }) => `no etcd snapshot could be taken and stored: ${quoted(why)}`,
  'snapshot-unproven': ({ why }) => `the etcd snapshot could not be shown to restore: ${quoted(why)}`,
  'gave-up': ({ waitedFor, limit, reason }, describe) => {
    const waited = `waited ${limit > 0 ? span(limit) : 'in vain'} for this: ${quoted(waitedFor)}`;
    return reason === undefined ? waited : `${waited}; the last that was seen: ${describe(reason)}`;
  },
  aborted: ({ by }) => `it was aborted by ${quoted(by)}`,
  'fleet-halted': ({ because }) => `it went no further, because ${quoted(because)}`,
  'window-expired': ({ limit }) => `no maintenance window of slipway.yaml opened within ${span(limit)}`,
  'pause-expired': ({ by, limit }) =>
    `it was paused by ${quoted(by)}, and nobody resumed it within ${span(limit)}`,
  'rolled-back': ({ node, version, by, after }, describe) => {
    const who = by === undefined ? 'automatically' : `by ${quoted(by)}`;
    const why = after === undefined ? '' : `; it rolled back because ${describe(after)}`;
    return `${node} was rolled back to ${version} ${who}, and is well${why}`;
  },
  'rollback-impossible': ({ node, why }) => `${node} cannot be rolled back: ${why}`,
  'rollback-failed': ({ node, version, state, reason }, describe) =>
    `CRITICAL: ${node} did not come back to ${version}: ${describe(reason)}; it ${stateWords[state]}, and no other node is begun`,
  'rollback-unanswered': ({ node, version, since }) =>
    `${node} shows no sign of the rollback to ${version} that was, or may have been, asked for ${moment(since)}; ` +
    'it is not asked for again automatically, since a second one could go forward again',
  'rollback-not-booted': ({ node, version, wanted }) =>
    `${node} was to roll back to ${wanted} and came back on ${version} (boot id changed, version did not); it is not asked for again automatically`,
  'rollback-refused': ({ node, why }) =>
    `Talos on ${node} refused the rollback and changed nothing: ${quoted(why)}`,
  'retry-other-way': ({ node, to, found }) =>
    `${node} cannot be retried by the plan of this run, which brings it to ${to}: ${quoted(found)}`,
  'left-unfinished': ({ node, state }) =>
    `${node} was left out before its turn, as an earlier run left it: it ${stateWords[state]}`,
  'nodes-skipped': ({ nodes, target }) =>
    nodes.length === 1
      ? `${listed(nodes)} was skipped and does not run Talos ${target}`
      : `${count(nodes.length, 'node')} were skipped and do not run Talos ${target}: ${listed(nodes, 20)}`,
  undecided: ({ node, limit, reason }, describe) =>
    `nobody decided about ${node} within ${span(limit)}: ${describe(reason)}`,
  terminated: () => 'it was terminated, so nothing was undone; its marks on the nodes say how far it came',
  unexpected: ({ message }) => `something happened that Slipway does not know: ${quoted(message)}`,
};
