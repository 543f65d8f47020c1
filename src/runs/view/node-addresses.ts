import { addressesIn, type AddressOf } from '../../planning/node/node-address.js';
import type { RunView } from './run-view.js';

/** Reasons name nodes that the run was not about, too: the inventory knows them all. */
export function nodeAddresses({ input, nodes }: Pick<RunView, 'input' | 'nodes'>): AddressOf {
  return addressesIn(
    input?.inventory?.nodes ?? [],
    nodes.map(({ plan }) => plan),
  );
}
