import { stateWords } from './node-state-words.js';
import type { StepName } from '../steps/node-steps.js';
import type { PlannedNode } from '../plan/plan.js';
import type { RunStory, StoryNode } from './run-report.js';

/** How nodes were booted into the version they run now. */
export interface ReportBoots {
  /** Went through their firmware, as after a power cut. */
  readonly throughFirmware: readonly string[];
  /** Their new version may have been started by kexec: whether they boot from cold is not tested yet. */
  readonly neverThroughFirmware: readonly string[];
}

/** A node that does not run the target after the run. */
export interface LeftBehind {
  readonly node: string;
  /** `left-out`: by `--only`. `skipped`: by a person, or by `undrained: skip`. `between-hops`: it completed a hop, and not the last one. */
  readonly why: 'left-out' | 'skipped' | 'not-begun' | 'between-hops' | 'undone' | 'rolled-back' | 'halted';
  /** The version at its last observation in the run; null: not known. */
  readonly runs: string | null;
}

/** What the run left on a node, by its record; a person may have changed it since. */
export interface ToLookAt {
  readonly node: string;
  readonly what: 'armed' | 'cordoned' | 'left-cordoned' | 'marks' | 'unknown';
  readonly sentence: string;
}

/** The last of each node's boots in this run. */
export function reportBoots(story: RunStory): ReportBoots {
  const last = new Map<string, boolean>();
  for (const node of story.nodes) {
    if (booted(node)) last.set(node.node, bootedThroughFirmware(node, plannedOf(story, node)));
  }
  const names = (firmware: boolean): string[] =>
    [...last].filter(([, through]) => through === firmware).map(([name]) => name);
  return { throughFirmware: names(true), neverThroughFirmware: names(false) };
}

/** Whether its last boot went through its firmware: a replaced machine was switched on. */
export function bootedThroughFirmware(
  { rebootMode }: Pick<StoryNode, 'rebootMode'>,
  planned: PlannedNode | undefined,
): boolean {
  return planned?.replacement !== undefined || (rebootMode ?? planned?.rebootMode) === 'powercycle';
}

/** Whether the node was observed on its new version after a boot of this run. */
function booted({ steps, failedStep }: StoryNode): boolean {
  return (
    failedStep !== 'await-boot' && steps.some((step) => step.step === 'await-boot' && step.took !== undefined)
  );
}

/** Nodes of the inventory that do not run the target after the run, in the inventory's order where it is known. */
export function leftBehind(story: RunStory): LeftBehind[] {
  const { plan, inventory, nodes, outcome } = story;
  if (!plan) return [];
  const names =
    inventory?.nodes.map((node) => node.name) ?? plan.hops[0]?.nodes.map((node) => node.name) ?? [];
  return names.flatMap((node) => {
    const planned = plan.hops.flatMap(({ to, nodes: all }) =>
      all.filter((one) => one.name === node).map(({ skip, from }) => ({ to, from, skip })),
    );
    const last = nodes.findLast((one) => one.node === node && one.outcome !== 'skipped');
    if (planned.length === 0) return [{ node, why: 'left-out', runs: null }];
    const touched = planned.filter((one) => !one.skip);
    const ended = outcome !== 'open';
    if (touched.length === 0 || last?.outcome === 'running') return [];
    const skipped = nodes.find((one) => one.node === node && one.skippedBy !== undefined);
    if (skipped && (skipped.state === 'untouched' || skipped.state === 'undone'))
      return [{ node, why: 'skipped', runs: skipped.from }];
    // Nodes that an open run has not reached yet are not listed.
    if (!last) return ended ? [{ node, why: 'not-begun', runs: touched[0]?.from ?? null }] : [];
    if (last.state !== 'on-target')
      return [{ node, why: stoppedHow(last), runs: runsNow(last, plannedOf(story, last)) }];
    return last.to === touched.at(-1)?.to || !ended ? [] : [{ node, why: 'between-hops', runs: last.to }];
  });
}

function stoppedHow({ outcome, state }: StoryNode): LeftBehind['why'] {
  if (state === 'rolled-back') return state;
  return outcome === 'undone' ? 'undone' : 'halted';
}

const old = new Set(['untouched', 'cordoned', 'undone', 'rolled-back', 'back-on-old']);

function runsNow({ state, from, to }: StoryNode, planned: PlannedNode | undefined): string | null {
  // Where a whole run is rolled back, its target is the old version.
  if (state === 'back-on-old' && planned?.back === 'run') return to;
  return state !== undefined && old.has(state) ? from : null;
}

/** Cordons, annotations and armed versions that the run left behind. */
export function toLookAt(story: RunStory): ToLookAt[] {
  return [...story.nodes.flatMap((node) => leftOn(story, node)), ...armedBefore(story)];
}

function leftOn(story: RunStory, node: StoryNode): ToLookAt[] {
  const { outcome, state, cordoned } = node;
  const name = node.node;
  const planned = plannedOf(story, node);
  if (outcome === 'done') {
    const sentence = `${name} was cordoned by a person before the run, and left so`;
    return planned?.keepCordon ? [{ node: name, what: 'left-cordoned', sentence }] : [];
  }
  if (outcome === 'running' && story.outcome === 'open') return [];
  if (outcome === 'running' || state === 'unknown')
    return [{ node: name, what: 'unknown', sentence: `${name} ${stateWords.unknown}` }];
  if (outcome !== 'halted') return [];
  const marks = marksLeft(node, planned);
  return [
    ...(state === 'armed'
      ? [
          {
            node: name,
            what: 'armed' as const,
            sentence: `${name} has ${node.to} installed, and boots it with its next reboot, whatever causes it`,
          },
        ]
      : []),
    ...(cordoned || state === 'cordoned'
      ? [{ node: name, what: 'cordoned' as const, sentence: `${name} is still cordoned by this run` }]
      : []),
    ...(marks.length > 0
      ? [
          {
            node: name,
            what: 'marks' as const,
            sentence: `${name} carries ${marks.join(', ')}; the next run takes them over`,
          },
        ]
      : []),
  ];
}

/** Annotations that its completed steps write, and that only the uncordon removes. */
function marksLeft(node: StoryNode, planned: PlannedNode | undefined): string[] {
  const begun = (step: StepName): boolean => node.steps.some((one) => one.step === step);
  if (!begun('cordon') || node.failedStep === 'soak') return [];
  const lifecycle = planned?.flow === 'lifecycle';
  return [
    'slipway.dev/run',
    ...(planned?.keepCordon ? [] : ['slipway.dev/cordoned-by']),
    ...(begun('install') ? ['slipway.dev/install'] : []),
    ...(lifecycle && begun('install') && node.failedStep !== 'install' ? ['slipway.dev/armed'] : []),
    ...(begun('reboot') || begun('roll-back') ? ['slipway.dev/reboot'] : []),
  ];
}

/** Nodes that had the version installed before the run, and were not begun. */
function armedBefore({ plan, nodes, outcome }: RunStory): ToLookAt[] {
  if (outcome === 'open') return [];
  const begun = new Set(nodes.map((node) => node.node));
  return (plan?.hops ?? []).flatMap((hop) =>
    hop.nodes
      .filter((node) => node.armed && !begun.has(node.name))
      .map(({ name }) => ({
        node: name,
        what: 'armed' as const,
        sentence: `${name} had ${hop.to} installed before the run, or may have, and was not begun: it boots it with its next reboot, whatever causes it`,
      })),
  );
}

/** A node as the plan of its hop has it. */
export function plannedOf(
  { plan }: Pick<RunStory, 'plan'>,
  { node, to }: Pick<StoryNode, 'node' | 'to'>,
): PlannedNode | undefined {
  return plan?.hops.find((hop) => hop.to === to)?.nodes.find((one) => one.name === node);
}
