import { type Document, parseDocument } from 'yaml';
import { type Mistake, parseInventory } from '../../src/inventory/load.js';

const schematic = 'a'.repeat(64);

/** The smallest valid inventory with three control planes and a worker. */
export function goodText(): string {
  return `cluster: atlas
versions: { talos: v1.12.6, kubernetes: v1.35.0 }
access:
  talos: { reader: { file: reader }, admin: { env: TALOSCONFIG, encoding: base64 } }
  kubernetes: { file: kubeconfig }
image: { platform: nocloud }
roles:
  control-plane: { schematic: ${schematic} }
  worker: { schematic: ${schematic} }
nodes:
  - { name: a, role: control-plane, address: 10.0.0.1, vm: 1, host: one }
  - { name: b, role: control-plane, address: 10.0.0.2, vm: 2, host: two }
  - { name: c, role: control-plane, address: 10.0.0.3, vm: 3, host: three }
  - { name: w, role: worker, address: 10.0.0.4, vm: 4, host: one }
snapshot: { directory: /srv/snapshots, recipient: ${'age1'.padEnd(62, 'q')} }
`;
}

/** The valid inventory, changed as a document: `setIn(['nodes', 3, 'name'], 'a')`. */
export function changedText(change: (draft: Document) => void): string {
  const draft = parseDocument(goodText());
  change(draft);
  return draft.toString();
}

/** Every mistake of a text; empty if it is valid. */
export function mistakesOf(text: string): readonly Mistake[] {
  const loaded = parseInventory(text, 'slipway.yaml');
  return loaded.ok ? [] : loaded.mistakes;
}
