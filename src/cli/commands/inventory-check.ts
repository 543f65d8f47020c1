import { loadInventory, mistakeLine } from '../../inventory/load.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { print, printJson, say } from '../terminal.js';

export interface InventoryCheckOptions {
  /** `-f`, as for every other command. */
  readonly file?: string;
  readonly json?: boolean;
}

/**
 * Reads an inventory as every other command does, and lists all its mistakes at once.
 *
 * @param argument the file, where it was typed without `-f`
 */
export async function inventoryCheck(
  argument: string | undefined,
  { file: option, json }: InventoryCheckOptions,
): Promise<ExitCode> {
  if (argument !== undefined && option !== undefined) {
    say(`Two files are named, ${argument} and ${option}: name one of them.`);
    return exitCodes.usage;
  }
  const file = argument ?? option ?? 'slipway.yaml';
  const loaded = await loadInventory(file);
  if (json) {
    printJson(
      loaded.ok
        ? {
            ok: true,
            file,
            cluster: loaded.inventory.cluster,
            versions: loaded.inventory.versions,
            files: loaded.files,
          }
        : { ok: false, file, mistakes: loaded.mistakes },
    );
  } else if (loaded.ok) {
    const { cluster, nodes, versions } = loaded.inventory;
    const controlPlanes = nodes.filter((node) => node.role === 'control-plane').length;
    const workers = nodes.length - controlPlanes;
    print(
      `${file} is valid: ${cluster}, ${controlPlanes} control planes and ${workers} workers, Talos ${versions.talos}.`,
    );
    if (loaded.files.length > 0) print(`Its versions are read from ${loaded.files.join(' and ')}.`);
  } else {
    for (const mistake of loaded.mistakes) say(mistakeLine(mistake));
  }
  return loaded.ok ? exitCodes.ok : exitCodes.usage;
}
