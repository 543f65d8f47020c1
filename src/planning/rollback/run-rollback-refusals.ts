import { armedFor, armedWith, bootsNext, bootsNextText } from '../node/armed.js';
import { notReplaced } from './resume-refusals.js';
import { etcdMoved } from '../etcd/etcd-of-talos.js';
import { runningSchematic } from '../node/expectations.js';
import type { RanBefore, RunRollback } from '../plan/plan.js';
import type { PlanInput, SeenNode } from '../plan/plan-input.js';
import { clusterRefusals } from '../plan/plan-refusals.js';
import type { Reason } from '../reasons/reason.js';
import { machineRefusals } from '../plan/replacement-refusals.js';
import { hopsBack } from './run-rollback-hops.js';
import { chosen, isBack, seenAs, wayOf } from './run-rollback-nodes.js';
import { flowOf } from '../versions/upgrade-flow.js';
import { kubernetesRefusals } from '../plan/version-refusals.js';
import { isVersion } from '../versions/versions.js';

/** Everything that forbids a run rollback before anything is touched. */
export function runRollbackRefusals(
  input: PlanInput,
  seen: readonly SeenNode[],
  back: RunRollback,
): Reason[] {
  const versions = [
    ...new Set(
      chosen(input, back).flatMap(({ version, through = [] }) => [
        version,
        ...through.map((one) => one.version),
      ]),
    ),
  ];
  return [
    ...clusterRefusals(input, seen),
    ...versions.flatMap((version): Reason[] =>
      isVersion(version) ? [] : [{ kind: 'bad-version', version }],
    ),
    ...kubernetesRefusals(input, versions.filter(isVersion)),
    ...etcdRefusals(input, seen, back),
    ...chosen(input, back).flatMap((before) => nodeRefusals(seen, before, input.request.back)),
    ...machinesRefusals(input, seen, back),
    ...unfinishedRefusals(input, seen, back),
  ];
}

/** An incomplete replacement is resumed alone, and before all others, as in any run. */
function unfinishedRefusals(input: PlanInput, seen: readonly SeenNode[], back: RunRollback): Reason[] {
  const unfinished = seen.filter(({ incompleteReplacement }) => incompleteReplacement);
  const [first] = unfinished;
  if (!first) return [];
  const { name } = first.node;
  if (unfinished.length > 1 || chosen(input, back).every((before) => before.name !== name))
    return [{ kind: 'replacement-unfinished', nodes: unfinished.map(({ node }) => node.name) }];
  const old = notReplaced(first);
  return old ? [old] : [];
}

function nodeRefusals(seen: readonly SeenNode[], before: RanBefore, back: RunRollback | undefined): Reason[] {
  const node = seenAs(seen, before.name);
  const { talos, object, incompleteReplacement } = node;
  const refused = (why: string): Reason[] => [{ kind: 'rollback-impossible', node: before.name, why }];
  if (incompleteReplacement && before.noSlot !== 'replaced')
    return refused(
      'its machine is incomplete, and not by that run; the next upgrade makes it whole first, and then it rolls back',
    );
  // An unreachable node is refused elsewhere.
  if (!talos || !object) return [];
  if (isBack(before, node)) {
    const waits = bootsNext(object, before);
    return waits
      ? refused(
          `it runs ${before.version} already, and ${bootsNextText(waits)}; nothing undoes that. ` +
            `The next upgrade boots it, under all gates; --only takes the other nodes back`,
        )
      : [];
  }
  if (before.noSlot === 'several-hops' && !before.through)
    return refused(
      `run ${back?.run ?? 0} upgraded it more than once, and what was asked does not say what it ran between; ask again with this version of slipway`,
    );
  const runs = { version: talos.version, schematic: runningSchematic(talos) };
  const ownHops =
    before.through || incompleteReplacement
      ? hopsBack(before, runs, incompleteReplacement !== undefined)
      : undefined;
  const armed = flowOf(talos.version) === 'lifecycle' ? armedWith(object) : undefined;
  const next = ownHops?.[0];
  if (armed && before.noSlot !== 'replaced' && !(next?.by === 'install' && armedFor(armed, next.to)))
    return refused(`it has ${armed.version} installed and not booted, in the slot it would roll back to`);
  if (before.through || incompleteReplacement ? !ownHops : talos.version !== before.to)
    return refused(
      `it ${incompleteReplacement ? 'ran' : 'runs'} ${talos.version}, neither ${before.version}, which it ran before that run, nor ${before.to}, which it was brought to; somebody else has changed it since`,
    );
  return [];
}

/** What forbids replacing machines, for the nodes whose rollback replaces them. */
function machinesRefusals(input: PlanInput, seen: readonly SeenNode[], back: RunRollback): Reason[] {
  const replaced = chosen(input, back).filter((before) => {
    const node = seenAs(seen, before.name);
    return before.noSlot === 'replaced' && node.talos && !isBack(before, node);
  });
  const refusals = machineRefusals(
    input,
    replaced.map(({ name }) => seenAs(seen, name)),
  );
  if (refusals.length > 0) return refusals;
  return replaced.flatMap((before) => {
    const { node } = seenAs(seen, before.name);
    const refused = [...(before.through ?? []), before].flatMap((ran) => {
      const known = wayOf(input, node, node, ran);
      return known.verdict === 'refused' ? known.reasons : [];
    });
    return refused.slice(0, 1);
  });
}

/** A member that rolls back must be able to join the data of the others. */
function etcdRefusals(input: PlanInput, seen: readonly SeenNode[], back: RunRollback): Reason[] {
  const { etcd } = input.observation;
  // An unreachable node is refused elsewhere.
  if (etcd.kind === 'unreachable') return [];
  return chosen(input, back).flatMap((before): Reason[] => {
    const seenNode = seenAs(seen, before.name);
    const { node, talos, incompleteReplacement } = seenNode;
    if (node.role !== 'control-plane' || !talos || isBack(before, seenNode)) return [];
    // Without the member of an incomplete replacement, the data may have moved on.
    const why = etcdMoved(etcd.value, before.version, incompleteReplacement ? before.to : talos.version);
    return why === undefined ? [] : [{ kind: 'rollback-impossible', node: before.name, why }];
  });
}
