/** The two ways of Talos to upgrade a node. */
export type FlowName = 'legacy' | 'lifecycle';

/** How the lab is started for each: what its machines run, and what git declares. */
export const flows: Readonly<Record<FlowName, { readonly labArgs: readonly string[] }>> = {
  legacy: { labArgs: [] },
  lifecycle: { labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'] },
};

export const flowNames = Object.keys(flows) as readonly FlowName[];
