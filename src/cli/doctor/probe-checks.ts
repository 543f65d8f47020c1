import { createHash } from 'node:crypto';
import path from 'node:path';
import { usualProbeNamespace, type Probe } from '../../inventory/probes.js';
import { listed } from '../../planning/text/phrases.js';
import { probePod, probesFor } from '../../planning/node/smoke-tests.js';
import { statusMessage } from '../../tools/kubernetes-status.js';
import { sentence } from '../../planning/text/sentence.js';
import type { Answer, Check } from './check.js';
import type { Looks } from './looks.js';
import { isAllowed } from './permission-checks.js';

const limitMs = 20_000;
const shipped = path.join('deploy', 'kubernetes', 'probes', 'namespace.yaml');
const verbs = ['create', 'delete'] as const;

/** Whether the smoke tests of slipway.yaml could start: each Pod is sent to the API server as a dry run, so none is created. */
export function probeChecks(observed: Looks): Check[] {
  return (observed.inventory.probes ?? []).map((probe) => ({
    group: 'probes',
    what: probe.name,
    limitMs,
    ask: (signal) => askFor(observed, probe, signal),
  }));
}

async function askFor(observed: Looks, probe: Probe, signal: AbortSignal): Promise<Answer> {
  const kubernetes = await observed.kubernetes();
  const { namespace } = probe;
  const may = await Promise.all(
    verbs.map((verb) => isAllowed(kubernetes, { namespace, group: '', resource: 'pods', verb }, signal)),
  );
  const denied = verbs.filter((_, index) => !may[index]);
  if (denied.length > 0) return deniedAnswer(probe, denied);
  const { inventory } = observed;
  const nodes = inventory.nodes.filter((node) =>
    probesFor(inventory, node).some(({ name }) => name === probe.name),
  );
  const [first] = nodes;
  if (!first) return { verdict: 'fail', says: 'It is for no node.' };
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const pod = probePod(probe, first.name, { cluster: inventory.cluster, run: 0, by: 'doctor', sha256 });
  const where = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const { status, body } = await kubernetes.post(where, pod, signal);
  return takenAnswer(
    probe,
    nodes.map(({ name }) => name),
    status === 201 ? undefined : statusMessage(body),
  );
}

/** The kubeconfig's user lacks the Role. */
export function deniedAnswer({ namespace }: Probe, denied: readonly string[]): Answer {
  const apply =
    namespace === usualProbeNamespace
      ? `kubectl apply -f ${shipped}`
      : `sed 's/${usualProbeNamespace}/${namespace}/g' ${shipped} | kubectl apply -f -`;
  return {
    verdict: 'fail',
    says: `It may not ${listed(denied)} pods in the namespace ${namespace}.`,
    type: [`${apply}  # the namespace, a Role in it, and its binding to the user slipway`],
  };
}

/** @param why why the API server rejects the Pod; undefined: it accepts it. */
export function takenAnswer({ namespace }: Probe, nodes: readonly string[], why: string | undefined): Answer {
  if (why === undefined)
    return {
      verdict: 'ok',
      says: `Kubernetes would take its Pod in ${namespace}; it is for ${listed(nodes)}.`,
    };
  return {
    verdict: 'fail',
    says: sentence(`Kubernetes would not take its Pod in ${namespace}: ${why}`),
    type: [`kubectl get namespace ${namespace} --show-labels  # which pods it allows`],
  };
}
