import type { Inventory } from '../../inventory/schema.js';
import type { Strategy, UpgradeRequest } from './plan.js';
import type { Delta } from '../versions/versions.js';

/** A step of versions. Another image of the same version is none. */
export type Step = Exclude<Delta, 'same' | 'downgrade'>;

/** What says how steps are done. */
export interface StrategySources {
  readonly inventory: Pick<Inventory, 'upgrade'>;
  readonly request: Pick<UpgradeRequest, 'strategy'>;
}

/** How the request wants a step of versions done. Another image of the same version is always brought in place. */
export function wantedStrategy(sources: StrategySources, delta: Delta): Strategy {
  const { strategy } = sources.request;
  return strategy && isStep(delta) ? strategy : declaredStrategy(sources, delta);
}

/** How slipway.yaml wants it done. */
export function declaredStrategy({ inventory }: Pick<StrategySources, 'inventory'>, delta: Delta): Strategy {
  return isStep(delta) ? inventory.upgrade.strategy[delta] : 'in-place';
}

function isStep(delta: Delta): delta is Step {
  return delta !== 'same' && delta !== 'downgrade';
}
