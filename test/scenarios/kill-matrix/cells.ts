import type { Interruption } from '../../../lab/interruptions/interruption.js';
import { interruptionNames } from '../../../lab/interruptions/interruption.js';
import { steps, type StepName } from '../../../src/planning/steps/node-steps.js';
import { casesIn } from '../faults/every-case.js';
import type { Flow } from '../faults/fault-case.js';
import { orders, type MatrixOrder } from './orders.js';
import { sameStretch, shares } from './shares.js';
import { ways } from './ways.js';

/** A step of an order. */
export interface Place {
  readonly order: MatrixOrder;
  readonly step: StepName;
}

/** Where one step of an order is interrupted. */
export type PlannedCell =
  /** Of a node of that role. */
  | { readonly kind: 'played'; readonly role: 'control-plane' | 'worker' }
  /** Another cell of the column plays it, or a test beside the matrix. `where`: for a table; `note`: why that is the same. */
  | {
      readonly kind: 'elsewhere';
      readonly where: string;
      readonly note: string;
      readonly at: Place | PlayedBy;
    };

/** `file`: relative to the project; it holds `words`. */
interface PlayedBy {
  readonly file: string;
  readonly words: string;
}

/** A worker that hangs and comes back is drawn by chaos alone. */
export const columns = interruptionNames.filter((name) => name !== 'hung');

/** Made of the table of steps itself, so that a new step, or a new order, is in it at once. */
export function cellOf(order: MatrixOrder, step: StepName, column: Interruption): PlannedCell {
  const at = placeOf({ order, step }, column);
  if (at.order !== order || at.step !== step) {
    const { because: note = '' } = at.order === order ? { because: sameStretch } : (shares[order] ?? {});
    return { kind: 'elsewhere', where: placeText(at, { order, step }), note, at };
  }
  const test = testBeside(order, step, column);
  if (test) {
    const { file } = test;
    return {
      kind: 'elsewhere',
      where: file.replace(/^test\/scenarios\/|\.test\.ts$/g, ''),
      note: `\`${file}\``,
      at: test,
    };
  }
  const role = steps[step].only ?? (steps[step].repeat === 'once' ? 'control-plane' : 'worker');
  return { kind: 'played', role: ways[order]?.only ?? role };
}

/** The part of a place that differs from this one: `legacy`, `drain`, `back: drain`. */
function placeText(at: Place, here: Place): string {
  const words = [...(at.order === here.order ? [] : [at.order]), ...(at.step === here.step ? [] : [at.step])];
  return words.join(': ');
}

/** Where it is interrupted: itself, or the step that stands for it. @throws Error when that is nowhere. */
function placeOf(place: Place, column: Interruption): Place {
  const { order, step } = place;
  const share = shares[order];
  if (!share) return place;
  const { deaths, ends, others } = share;
  if (ends && (column === 'aborted' || column === 'fails')) {
    if (ends[step]) return place;
    const [standsIn] = Object.entries(ends).find(([, standsFor]) => standsFor.includes(step)) ?? [];
    if (standsIn !== undefined) return { order, step: standsIn as StepName };
  } else if (deaths === undefined || deaths.includes(step)) return place;
  const other = others.find((one) => orders[one].includes(step));
  if (!other) throw new Error(`${step} of ${order} is played nowhere (${column})`);
  return placeOf({ order: other, step }, column);
}

/** The test beside the matrix that plays this. */
function testBeside(order: MatrixOrder, step: StepName, column: Interruption): PlayedBy | undefined {
  if (column !== 'fails' || !isFlow(order)) return undefined;
  const [story] = casesIn(order).filter(({ ending }) => ending.failedStep === step);
  return story && { file: `test/scenarios/faults/${order}.test.ts`, words: `playEachCase('${order}')` };
}

function isFlow(order: MatrixOrder): order is Flow {
  return order === 'legacy' || order === 'lifecycle' || order === 'replace';
}
