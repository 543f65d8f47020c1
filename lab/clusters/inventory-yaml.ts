import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument, stringify, type Document } from 'yaml';
import { projectRoot } from '../../src/tools/project-root.js';
import type { ClusterDefinition } from './cluster-definition.js';
import { labLimits } from './lab-limits.js';
import { labAccess, labSnapshots, type LabOverlay } from './lab-overlay.js';
import { labRole, labTerraform, labTerraformPlace, type LabTerraform } from './lab-terraform.js';

/** The fields of an inventory besides the cluster itself. */
export interface InventoryTarget extends LabOverlay {
  /** Versions that git declares: `v1.12.2`. */
  readonly versions: { readonly talos: string; readonly kubernetes: string };
}

/** A `slipway.yaml` in a lab. */
export interface LabInventory {
  readonly text: string;
  /** Its source, and each value that the lab overrides: one sentence each. */
  readonly said: readonly string[];
}

/** The `slipway.yaml` of a simulated cluster: a person's with the lab's overlay, or one that the lab generates. */
export function labInventory(definition: ClusterDefinition, target: InventoryTarget): LabInventory {
  return definition.inventory === undefined
    ? { text: inventoryYaml(definition, target), said: [] }
    : overlaid(definition, definition.inventory, target);
}

/** The file as it is, with its comments, except for the lab's overrides. */
function overlaid(definition: ClusterDefinition, file: string, target: InventoryTarget): LabInventory {
  const document = parseDocument(readFileSync(file, 'utf8'));
  const inventory = path.relative(projectRoot, file);
  const said = [`${inventory}, with the lab's own limits, credentials, and folder and key for snapshots`];
  const say = (where: readonly [string, string], value: string): void => {
    const before: unknown = document.getIn(where);
    if (before === value) return;
    document.setIn(where, value);
    said.push(`${where.join('.')}: ${value} in the lab's copy, ${String(before)} in ${inventory}`);
  };
  for (const [name, version] of Object.entries(target.versions)) say(['versions', name], version);
  if (document.hasIn(['controlPlane', 'endpoint']))
    say(['controlPlane', 'endpoint'], `https://${definition.endpoint ?? definition.vip}:6443`);
  document.setIn(['access'], document.createNode(labAccess(target)));
  for (const [name, value] of Object.entries(labSnapshots(target))) document.setIn(['snapshot', name], value);
  if (target.terraform) {
    overlayTerraform(document, target.terraform);
    said.push("terraform and machine configurations: the lab's own place, state, version and credentials");
  }
  document.setIn(['limits'], document.createNode(labLimits(target)));
  document.commentBefore = [` ${said.join('\n ')}`, document.commentBefore].filter(Boolean).join('\n\n');
  return { text: document.toString({ lineWidth: 0 }), said };
}

/** Addresses, variables, templates, network interfaces and patches stay as they are in the file. */
function overlayTerraform(document: Document, terraform: LabTerraform): void {
  if (!document.hasIn(['terraform'])) {
    document.setIn(['terraform'], document.createNode(labTerraform(terraform)));
    for (const role of ['control-plane', 'worker'] as const)
      if (document.hasIn(['roles', role]))
        for (const [name, value] of Object.entries(labRole(role, terraform)))
          document.setIn(['roles', role, name], document.createNode(value));
    return;
  }
  for (const [name, value] of Object.entries(labTerraformPlace(terraform)))
    document.setIn(['terraform', name], document.createNode(value));
  // They hold the credentials of a real hypervisor.
  document.deleteIn(['terraform', 'variables', 'files']);
  for (const role of ['control-plane', 'worker'] as const)
    if (document.getIn(['roles', role, 'configuration', 'by']) === 'apply-config')
      document.setIn(
        ['roles', role, 'configuration'],
        document.createNode(labRole(role, terraform)['configuration']),
      );
}

/** The text of a generated `slipway.yaml`. */
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
    upgrade: {
      strategy: { patch: 'in-place' },
      // A node that fails stays as it is, so that a test can inspect it, unless the test wants an automatic rollback.
      onFailure: 'ask',
      workers: { canary: 1, batch: 1 },
      drain: { attempts: 3 },
    },
    snapshot: labSnapshots(target),
    ...(terraform ? { terraform: labTerraform(terraform) } : {}),
    gates: { criticalNamespaces },
    limits: labLimits(target),
  };
  return `# A simulated cluster: the lab wrote this file, and writes it again at its next start.\n${stringify(inventory, { lineWidth: 120 })}`;
}
