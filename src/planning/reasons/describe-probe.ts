import { moment, quoted } from '../text/phrases.js';
import type { ProbeReason } from './probe-reason.js';
import type { Sentences } from './reason-table.js';

export const probeSentences: Sentences<ProbeReason> = {
  'probe-failed': ({ node, probe, why, tail }) =>
    `the probe ${probe} failed on ${node}: ${quoted(why)}` +
    (tail === undefined ? '' : `; the last it wrote: ${quoted(tail)}`),
  'probe-not-started': ({ node, probe, since, why }) =>
    `the probe ${probe} did not start on ${node}, awaited since ${moment(since)}: ${quoted(why)}`,
  'probe-refused': ({ node, probe, namespace, why }) =>
    `Kubernetes does not take the Pod of the probe ${probe} for ${node} in the namespace ${namespace}: ${quoted(why)}`,
};
