import { loadInventory, mistakeLine } from '../../inventory/load.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { print, printJson, say } from '../terminal.js';

export interface InventoryCheckOptions {
  readonly json?: boolean;
}

/** Reads an inventory as every other command does, and tells all its mistakes at once. */
export async function inventoryCheck(file: string, { json }: InventoryCheckOptions): Promise<ExitCode> {
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
      `${file} is well: ${cluster}, ${controlPlanes} control planes and ${workers} workers, Talos ${versions.talos}.`,
    );
    if (loaded.files.length > 0) print(`What it declares stands in ${loaded.files.join(' and ')}.`);
  } else {
    for (const mistake of loaded.mistakes) say(mistakeLine(mistake));
  }
  return loaded.ok ? exitCodes.ok : exitCodes.usage;
}
