import type { Interruption } from '../../../lab/interruptions/interruption.js';
import { interruptionNames } from '../../../lab/interruptions/interruption.js';
import { stepOrders, steps, type StepName, type StepsName } from '../../../src/planning/node-steps.js';
import { casesIn } from '../faults/every-case.js';
import type { Flow } from '../faults/fault-case.js';
import { playedAlone, sameAs, ways } from './ways.js';

/** Where something comes in the way of one step of an order. */
export type PlannedCell =
  /** Of a node of that role. */
  | { readonly kind: 'played'; readonly role: 'control-plane' | 'worker' }
  /** `file`: relative to the project; it holds `words`. */
  | { readonly kind: 'elsewhere'; readonly note: string; readonly file?: string; readonly words?: string };

/** A worker that hangs and comes back is drawn by chaos alone. */
export const columns = interruptionNames.filter((name) => name !== 'hung');
export const orders = Object.keys(stepOrders) as readonly StepsName[];

/** Steps at which `test/scenarios/abort*.test.ts` abort a run in the legacy order, and the activity they name. */
const abortedElsewhere: Readonly<Partial<Record<StepName, readonly [file: string, activity: string]>>> = {
  'prepare-image': ['abort', 'prepareImage'],
  'await-gates': ['abort', 'awaitGates'],
  cordon: ['abort', 'cordonNode'],
  drain: ['abort', 'drainNode'],
  'hand-over-leadership': ['abort-late', 'handOverLeadership'],
  'record-facts': ['abort-late', 'recordFacts'],
  install: ['abort-late', 'installTalos'],
  'await-boot': ['abort', 'awaitBoot'],
  'await-ready': ['abort-late', 'awaitReady'],
  'await-etcd-member': ['abort-late', 'awaitEtcdMember'],
  uncordon: ['abort-late', 'uncordonNode'],
};

/** Made of the table of steps itself, so that a new step, or a new order, is in it at once. */
export function cellOf(order: StepsName, step: StepName, column: Interruption): PlannedCell {
  const other = playedElsewhere(order, step);
  if (other !== undefined)
    return { kind: 'elsewhere', note: `the step is the same in the order \`${other}\`, and is played there` };
  if (column === 'aborted' && order === 'legacy') {
    const found = abortedElsewhere[step];
    if (found) {
      const file = `test/scenarios/${found[0]}.test.ts`;
      return { kind: 'elsewhere', note: `\`${file}\``, file, words: found[1] };
    }
  }
  if (column === 'fails' && isFlow(order)) {
    const [story] = casesIn(order).filter(({ ending }) => ending.failedStep === step);
    if (story)
      return {
        kind: 'elsewhere',
        note: `\`test/scenarios/faults\` (${order}): ${story.story.name}, and others`,
      };
  }
  const role = steps[step].only ?? (steps[step].repeat === 'once' ? 'control-plane' : 'worker');
  return { kind: 'played', role };
}

/** The order that plays a step for this one; undefined: it plays it itself. */
function playedElsewhere(order: StepsName, step: StepName): StepsName | undefined {
  const alone = playedAlone[order];
  if (!alone || alone.includes(step)) return undefined;
  const others = sameAs[order] ?? [];
  const found = others.find(
    (one) =>
      ways[one] !== undefined &&
      (stepOrders[one] as readonly StepName[]).includes(step) &&
      playedElsewhere(one, step) === undefined,
  );
  if (!found) throw new Error(`${step} of ${order} is played nowhere`);
  return found;
}

function isFlow(order: StepsName): order is Flow {
  return order === 'legacy' || order === 'lifecycle' || order === 'rebuild';
}
