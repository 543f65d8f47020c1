/** Node addresses by name. */
export type AddressOf = (node: string) => string | undefined;

/** The addresses of these nodes: of the inventory, or of a plan. Of two lists, the first that names a node counts. */
export function addressesIn(
  ...lists: readonly (readonly { readonly name: string; readonly address: string }[])[]
): AddressOf {
  return (node) => lists.flat().find(({ name }) => name === node)?.address;
}
