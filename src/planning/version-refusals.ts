import { kubernetesVersions } from './kubernetes-versions.js';
import { type PlanInput, type SeenNode, runsTarget } from './plan-input.js';
import type { Reason } from './reason.js';
import { knownTalosMinors, kubernetesRange } from './support-matrix.js';
import { flowOf, legacyMinors } from './upgrade-flow.js';
import { deltaOf, isMinorBetween, isVersion, minorOf, minorsApart, newestOf, nextMinor } from './versions.js';

/** What forbids the step of versions: each version that runs is judged once, and so is the target. */
export function versionRefusals(input: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const { request } = input;
  if (!isVersion(request.talos)) return [{ kind: 'bad-version', version: request.talos }];
  const left = nodes.filter((node) => node.selected && node.talos !== undefined && !runsTarget(input, node));
  if (left.length === 0) return [];
  const firstOf = new Map<string, SeenNode>();
  for (const node of left) {
    const from = node.talos?.version ?? '';
    if (!firstOf.has(from)) firstOf.set(from, node);
  }
  return [
    ...[...firstOf].flatMap(([from, { node }]) => deltaRefusals(input, node.name, from)),
    ...targetRefusals(input),
    ...kubernetesRefusals(input),
  ];
}

function deltaRefusals(
  { request, inventory, availableVersions }: PlanInput,
  node: string,
  from: string,
): Reason[] {
  const to = request.talos;
  if (!isVersion(from)) return [{ kind: 'bad-version', version: from }];
  const delta = deltaOf(from, to);
  const { strategy, approve } = inventory.upgrade;
  if (delta === 'same') return []; // Another schematic at the same version is a disagreement, told elsewhere.
  if (delta === 'downgrade') return [{ kind: 'downgrade', node, from, to }];
  if (delta === 'minor' && minorsApart(from, to) > 1) {
    const versions = availableVersions.kind === 'answered' ? availableVersions.value : [];
    return [
      { kind: 'minor-skipped', from, to, next: newestOf(nextMinor(from), versions) ?? nextMinor(from) },
    ];
  }
  if (delta !== 'patch') return [{ kind: 'strategy-unavailable', strategy: strategy[delta], from, to }];
  const reasons: Reason[] = [];
  if (flowOf(from, to) === undefined)
    reasons.push({ kind: 'flow-unavailable', version: to, highest: legacyMinors.highest });
  if (approve.includes('patch')) reasons.push({ kind: 'approval-unavailable', delta: 'patch' });
  return reasons;
}

function targetRefusals({ request, inventory, availableVersions }: PlanInput): Reason[] {
  if (availableVersions.kind === 'unreachable') {
    return [{ kind: 'factory-unreachable', factory: inventory.image.factory, why: availableVersions.why }];
  }
  if (availableVersions.value.includes(request.talos)) return [];
  return [
    {
      kind: 'version-unknown',
      version: request.talos,
      newest: newestOf(minorOf(request.talos), availableVersions.value),
    },
  ];
}

function kubernetesRefusals({ request, observation }: PlanInput): Reason[] {
  const talos = request.talos;
  const range = kubernetesRange(talos);
  if (!range) return [{ kind: 'talos-unsupported', version: talos, known: knownTalosMinors }];
  const seen = kubernetesVersions(observation);
  if (!seen) {
    // Where Kubernetes did not answer at all, that is said already.
    if (observation.workloads.kind === 'unreachable') return [];
    return [
      {
        kind: 'kubernetes-unreachable',
        endpoints: [],
        why: 'no kubelet and no static pod tells its version',
      },
    ];
  }
  return [...new Set([seen.lowest, seen.highest])]
    .filter((kubernetes) => !isMinorBetween(minorOf(kubernetes), range.lowest, range.highest))
    .map((kubernetes) => ({ kind: 'kubernetes-unsupported', talos, kubernetes, ...range }));
}
