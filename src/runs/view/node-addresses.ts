import { addressesIn, type AddressOf } from '../../planning/node/node-address.js';
import type { RunView } from './run-view.js';

/** From the inventory, because reasons also name nodes outside of the run's plan. */
export function nodeAddresses({ input, nodes }: Pick<RunView, 'input' | 'nodes'>): AddressOf {
  return addressesIn(
    input?.inventory?.nodes ?? [],
    nodes.map(({ plan }) => plan),
  );
}
