import { Refusal } from './refusal.js';
import { talosctl, type Talosctl } from './talosctl.js';
import { talosctlPath, toolPath } from './tool-path.js';

/** talosctl with one talosconfig, in the minors the nodes run. */
export interface TalosctlClients {
  /**
   * For what any client does alike, such as a snapshot: the declared minor, or another one where it is not installed.
   *
   * @throws Refusal `tool-missing` when there is none at all
   */
  any(): Promise<Talosctl>;
  /**
   * For changing a node: the client of exactly that minor.
   *
   * @param version the node's running version, `v1.13.4`.
   * @throws Refusal `tool-missing`
   */
  ofVersion(version: string): Promise<Talosctl>;
}

/**
 * @param talosconfig path of the talosconfig file.
 * @param which the talosconfig's name in errors: `talosconfig (reader)`.
 * @param declared the version slipway.yaml declares.
 */
export function talosctlClients(
  talosconfig: () => Promise<string>,
  declared: string,
  which?: string,
): TalosctlClients {
  const made = async (client: Promise<string>): Promise<Talosctl> =>
    talosctl(await client, await talosconfig(), which);
  return {
    any: async () => {
      try {
        return await made(talosctlPath(declared));
      } catch (missing) {
        if (!(missing instanceof Refusal) || missing.reason.kind !== 'tool-missing') throw missing;
        return made(toolPath('talosctl')).catch((error: unknown) => {
          // The error names the declared minor, which is the one to install.
          throw error instanceof Refusal && error.reason.kind === 'tool-missing' ? missing : error;
        });
      }
    },
    ofVersion: (version) => made(talosctlPath(version)),
  };
}
