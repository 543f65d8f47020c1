import { parseDocument } from 'yaml';

/** Where a lab's Terraform configuration declares versions, from its folder on. */
export const declaringVariables = 'versions.auto.tfvars';

/** A slipway.yaml with another version of Talos: `v1.12.2`. Everything else in it stays. */
export function inventoryWithTalos(text: string, talos: string): string {
  const document = parseDocument(text);
  document.setIn(['versions', 'talos'], talos);
  return document.toString({ lineWidth: 0 });
}

/** The same for Terraform's variables; with a v where the file has one. */
export function variablesWithTalos(text: string, talos: string): string {
  return text.replace(/^talos_version = "(v?).*"$/m, (_line, v: string) => {
    return `talos_version = "${v}${talos.replace(/^v/, '')}"`;
  });
}
