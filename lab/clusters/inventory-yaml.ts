import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument, stringify, type Document } from 'yaml';
import { projectRoot } from '../../src/tools/project-root.js';
import type { ClusterDefinition } from './cluster-definition.js';
import { labAccess, labLimits, labSnapshots, type LabOverlay } from './lab-overlay.js';
import { labRole, labTerraform } from './lab-terraform.js';

/** What an inventory says besides the cluster itself. */
export interface InventoryTarget extends LabOverlay {
  /** Versions that git declares: `v1.12.2`. */
  readonly versions: { readonly talos: string; readonly kubernetes: string };
}

/** A `slipway.yaml` in a lab. */
export interface LabInventory {
  readonly text: string;
  /** Where it comes from, and each thing the lab says in place of the file: one sentence each. */
  readonly said: readonly string[];
}

/** The `slipway.yaml` of a simulated cluster: the one a person wrote with the lab's overlay, or one of the lab's own. */
export function labInventory(definition: ClusterDefinition, target: InventoryTarget): LabInventory {
  return definition.inventory === undefined
    ? { text: inventoryYaml(definition, target), said: [] }
    : overlaid(definition.inventory, target);
}

/** The file as it is, comments too, but for what a lab has to say itself. */
function overlaid(file: string, target: InventoryTarget): LabInventory {
  const document = parseDocument(readFileSync(file, 'utf8'));
  const inventory = path.relative(projectRoot, file);
  const said = [`${inventory}, with the lab's own limits, credentials, and folder and key for snapshots`];
  for (const [name, version] of Object.entries(target.versions)) {
    const before: unknown = document.getIn(['versions', name]);
    if (before === version) continue;
    document.setIn(['versions', name], version);
    said.push(`versions.${name}: ${version} in the lab's copy, ${String(before)} in ${inventory}`);
  }
  document.setIn(['access'], document.createNode(labAccess(target)));
  for (const [name, value] of Object.entries(labSnapshots(target))) document.setIn(['snapshot', name], value);
  if (overlayTerraform(document, target)) said.push("no patches: the lab's machine configurations need none");
  document.setIn(['limits'], document.createNode(labLimits(target)));
  document.commentBefore = [` ${said.join('\n ')}`, document.commentBefore].filter(Boolean).join('\n\n');
  return { text: document.toString({ lineWidth: 0 }), said };
}

/** Answers whether it had patches, which go with the machine configurations they are for. */
function overlayTerraform(document: Document, { terraform }: InventoryTarget): boolean {
  if (terraform === undefined) return false;
  document.setIn(['terraform'], document.createNode(labTerraform(terraform)));
  for (const role of ['control-plane', 'worker'] as const) {
    if (!document.hasIn(['roles', role])) continue;
    for (const [name, value] of Object.entries(labRole(role, terraform)))
      document.setIn(['roles', role, name], document.createNode(value));
  }
  return document.deleteIn(['patches']);
}

/** The text of a `slipway.yaml` nobody wrote. */
function inventoryYaml(definition: ClusterDefinition, target: InventoryTarget): string {
  const { cluster, image, schematics, machines, vip, criticalNamespaces } = definition;
  const { terraform } = target;
  const roles = Object.keys(schematics) as (keyof typeof schematics)[];
  const vmOf = (name: string): number | undefined => terraform?.vms.find((vm) => vm.name === name)?.vmid;
  const inventory = {
    cluster,
    versions: target.versions,
    access: labAccess(target),
    vip,
    image,
    roles: Object.fromEntries(
      roles.map((role) => [
        role,
        { schematic: schematics[role]?.id, ...(terraform ? labRole(role, terraform) : {}) },
      ]),
    ),
    nodes: machines.map(({ name, role, address, host, schematic, gpu }) => ({
      name,
      role,
      address,
      host,
      ...(terraform ? { vm: vmOf(name) } : {}),
      ...(schematic ? { schematic: schematic.id } : {}),
      ...(gpu ? { gpu } : {}),
    })),
    ...(machines.filter(({ role }) => role === 'control-plane').length === 1
      ? { controlPlane: { outageAccepted: true } }
      : {}),
    upgrade: { strategy: { patch: 'in-place' }, workers: { canary: 1, batch: 1 }, drain: { attempts: 3 } },
    snapshot: labSnapshots(target),
    ...(terraform ? { terraform: labTerraform(terraform) } : {}),
    gates: { criticalNamespaces },
    limits: labLimits(target),
  };
  return `# A simulated cluster: the lab wrote this file, and writes it anew at its next start.\n${stringify(inventory, { lineWidth: 120 })}`;
}
