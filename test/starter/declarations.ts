import * as fc from 'fast-check';
import { parseInventory } from '../../src/inventory/load.js';
import { declaredChange, type DeclaredState } from '../../src/planning/merge/declared-change.js';
import { deliveryIs, isHandedOver } from '../../src/planning/merge/submitted-change.js';
import type { GitHostEvent } from '../../src/workflows/delivery-messages.js';
import { changedText } from '../inventory/an-inventory.js';

/** Git's declaration of one cluster at one commit: a text, and its parts. */
export interface Declaration {
  /** slipway.yaml; null: there is none. */
  readonly text: string | null;
  /** Left out: it cannot be used. */
  readonly says?: Said;
}

interface Said {
  readonly cluster: string;
  /** Places in `talos` and `kubernetes`. */
  readonly talos: number;
  readonly kubernetes: number;
  readonly schematic: string;
}

/** Oldest first. */
const talos = ['v1.11.5', 'v1.12.1', 'v1.12.10', 'v1.13.0'] as const;
const kubernetes = ['v1.34.1', 'v1.35.0'] as const;
const schematics = ['a', 'b'].map((digit) => digit.repeat(64));

const good = fc
  .record({
    cluster: fc.constantFrom('atlas', 'atlas', 'atlas', 'borea'),
    talos: fc.nat({ max: talos.length - 1 }),
    kubernetes: fc.nat({ max: kubernetes.length - 1 }),
    schematic: fc.constantFrom(...schematics),
  })
  .map((says): Declaration => ({ says, text: written(says) }));

/** None of these is a slipway.yaml. */
const bad = fc
  .constantFrom(
    null,
    '',
    'cluster: [',
    'talos: v1.13.0\n',
    '[]',
    '!!js/function "reboot"',
    '&a [*a]',
    changedText((draft) => draft.setIn(['versions', 'talos'], 'latest')),
    changedText((draft) => draft.setIn(['versions', 'talos'], '>=1.0.0')),
    changedText((draft) => draft.setIn(['versions', 'talos'], 'v1.13.0; reboot')),
    changedText((draft) => draft.setIn(['cluster'], '../atlas')),
    changedText((draft) => draft.setIn(['nodes'], [])),
  )
  .map((text): Declaration => ({ text }));

export const declaration: fc.Arbitrary<Declaration> = fc.oneof(
  { arbitrary: good, weight: 9 },
  { arbitrary: bad, weight: 1 },
);

/** Whether the second after the first is an upgrade of a cluster, by their parts. */
export function wantsUpgrade({ says: was }: Declaration, { says: now }: Declaration): boolean {
  if (!was || !now || was.cluster !== now.cluster) return false;
  if (now.talos < was.talos || now.kubernetes < was.kubernetes) return false;
  return now.talos > was.talos || now.schematic !== was.schematic;
}

/** Whether the code submits a delivery with these texts in git to a queue. */
export function begins(event: GitHostEvent, was: string | null, now: string | null): boolean {
  const change = declaredChange({ file: 'slipway.yaml', base: stateOf(was), head: stateOf(now) });
  return deliveryIs(event) === 'merge' && isHandedOver(change);
}

const states = new Map<string | null, DeclaredState>([[null, { kind: 'absent' }]]);

/** Read once each: there are few, and they come again and again. */
function stateOf(text: string | null): DeclaredState {
  const known = states.get(text);
  if (known) return known;
  const loaded = parseInventory(text ?? '', 'slipway.yaml');
  const state: DeclaredState = loaded.ok
    ? { kind: 'read', inventory: loaded.inventory }
    : { kind: 'unreadable', mistakes: loaded.mistakes.map(({ what }) => what) };
  states.set(text, state);
  return state;
}

function written(says: Said): string {
  return changedText((draft) => {
    draft.setIn(['cluster'], says.cluster);
    draft.setIn(['versions', 'talos'], talos[says.talos]);
    draft.setIn(['versions', 'kubernetes'], kubernetes[says.kubernetes]);
    for (const role of ['control-plane', 'worker']) draft.setIn(['roles', role, 'schematic'], says.schematic);
  });
}
