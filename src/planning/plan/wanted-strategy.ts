import type { Inventory } from '../../inventory/schema.js';
import type { Strategy, UpgradeRequest } from './plan.js';
import type { Delta } from '../versions/versions.js';

/** A step of versions. Another image of the same version is not one. */
export type Step = Exclude<Delta, 'same' | 'downgrade'>;

/** The sources of the strategy. */
export interface StrategySources {
  readonly inventory: Pick<Inventory, 'upgrade'>;
  readonly request: Pick<UpgradeRequest, 'strategy'>;
}

/** The strategy of the request for a step of versions. Another image of the same version is always installed in place. */
export function wantedStrategy(sources: StrategySources, delta: Delta): Strategy {
  const { strategy } = sources.request;
  return strategy && isStep(delta) ? strategy : declaredStrategy(sources, delta);
}

/** The strategy of slipway.yaml. */
export function declaredStrategy({ inventory }: Pick<StrategySources, 'inventory'>, delta: Delta): Strategy {
  return isStep(delta) ? inventory.upgrade.strategy[delta] : 'in-place';
}

function isStep(delta: Delta): delta is Step {
  return delta !== 'same' && delta !== 'downgrade';
}
