import { parseDuration } from './duration.js';
import type { DocumentPath } from './mistake.js';

/**
 * The part of an inventory that the rules across fields need. The inventory may have mistakes elsewhere: values of the wrong type are
 * undefined. So one pass reports the mistakes of the schema and of the rules together.
 */
export interface InventoryDraft {
  readonly nodes: readonly NodeDraft[];
  readonly roles: Readonly<Record<string, RoleDraft | undefined>>;
  readonly vip: string | undefined;
  readonly outageAccepted: boolean;
  /** Written limits that are valid durations, in milliseconds. */
  readonly limits: Readonly<Record<string, number>>;
  readonly snapshotDirectory: string | undefined;
  readonly replacement: ReplacementDraft;
  readonly patches: readonly PatchDraft[];
  /** The resource names in `devices`. */
  readonly devices: readonly string[];
  readonly probes: readonly ProbeDraft[];
}

/** A smoke test and the conditions on its nodes; undefined: no condition. */
export interface ProbeDraft {
  readonly at: DocumentPath;
  readonly name: string | undefined;
  readonly role: string | undefined;
  readonly hardware: string | undefined;
  readonly resource: string | undefined;
  readonly names: readonly string[] | undefined;
  /** Milliseconds, if it is a valid duration. */
  readonly limit: number | undefined;
}

/** A patch and the conditions on its nodes; undefined: no condition. */
export interface PatchDraft {
  readonly at: DocumentPath;
  readonly role: string | undefined;
  readonly hardware: string | undefined;
  readonly names: readonly string[] | undefined;
  /** Applied once the node is Ready. */
  readonly late: boolean;
}

/** Settings about replacements. */
export interface ReplacementDraft {
  /** Version deltas with a written `replace`. */
  readonly written: readonly string[];
  /** Whether `replace` applies to some version delta, written or by default. */
  readonly reachable: boolean;
  /** Whether there is a `terraform` section. */
  readonly terraform: boolean;
  readonly templates: string | undefined;
}

export interface NodeDraft {
  readonly at: DocumentPath;
  readonly name: string | undefined;
  /** Undefined for an unknown role. */
  readonly role: string | undefined;
  readonly address: string | undefined;
  readonly host: string | undefined;
  readonly vm: number | undefined;
  /** The node's own class; undefined: its role's. */
  readonly hardware: string | undefined;
  /** The node's own schematic; undefined: its role's. */
  readonly schematic: string | undefined;
  readonly gpu: { readonly resource: string | undefined; readonly pci: string | undefined } | undefined;
}

export interface RoleDraft {
  readonly schematic: string | undefined;
  readonly terraform: string | undefined;
  /** Whether `configuration` is set. */
  readonly configured: boolean;
  /** `configuration.by`, if set. */
  readonly configuredBy: string | undefined;
  readonly nics: readonly unknown[];
}

/** Reads the valid parts of a parsed YAML document. */
export function draftOf(document: unknown): InventoryDraft {
  const root = record(document);
  const nodes = Array.isArray(root['nodes']) ? root['nodes'] : [];
  return {
    nodes: nodes.map((node: unknown, index) => nodeDraft(record(node), ['nodes', index])),
    roles: Object.fromEntries(
      Object.entries(record(root['roles'])).map(([name, role]) => [
        name,
        isRecord(role) ? roleDraft(role) : undefined,
      ]),
    ),
    vip: text(root['vip']),
    outageAccepted: record(root['controlPlane'])['outageAccepted'] === true,
    limits: limitsOf(record(root['limits'])),
    snapshotDirectory: text(record(root['snapshot'])['directory']),
    replacement: replacementDraft(root),
    patches: (Array.isArray(root['patches']) ? root['patches'] : []).map((patch: unknown, index) =>
      patchDraft(record(patch), ['patches', index]),
    ),
    devices: Object.keys(record(root['devices'])),
    probes: (Array.isArray(root['probes']) ? root['probes'] : []).map((probe: unknown, index) =>
      probeDraft(record(probe), ['probes', index]),
    ),
  };
}

function probeDraft(probe: Readonly<Record<string, unknown>>, at: DocumentPath): ProbeDraft {
  const wanted = record(probe['for']);
  return {
    at,
    name: text(probe['name']),
    role: text(wanted['role']),
    hardware: text(wanted['hardware']),
    resource: text(wanted['resource']),
    names: textsOf(wanted['nodes']),
    limit: limitsOf({ limit: probe['limit'] })['limit'],
  };
}

function patchDraft(patch: Readonly<Record<string, unknown>>, at: DocumentPath): PatchDraft {
  const wanted = record(patch['for']);
  return {
    at,
    role: text(wanted['role']),
    hardware: text(wanted['hardware']),
    names: textsOf(wanted['nodes']),
    late: patch['when'] === 'after-ready',
  };
}

/** Version deltas for which `replace` is allowed, and the default. */
const mayReplace = ['minor', 'major'];

function replacementDraft(root: Readonly<Record<string, unknown>>): ReplacementDraft {
  const strategy = record(record(root['upgrade'])['strategy']);
  return {
    written: mayReplace.filter((delta) => strategy[delta] === 'replace'),
    reachable: mayReplace.some((delta) => strategy[delta] === undefined || strategy[delta] === 'replace'),
    terraform: isRecord(root['terraform']),
    templates: text(record(record(root['terraform'])['templates'])['address']),
  };
}

const roles = ['control-plane', 'worker'];

function nodeDraft(node: Readonly<Record<string, unknown>>, at: DocumentPath): NodeDraft {
  const gpu = isRecord(node['gpu']) ? node['gpu'] : undefined;
  return {
    at,
    name: text(node['name']),
    role: roles.find((role) => role === node['role']),
    address: text(node['address']),
    host: text(node['host']),
    vm: typeof node['vm'] === 'number' ? node['vm'] : undefined,
    hardware: text(node['hardware']),
    schematic: text(node['schematic']),
    gpu: gpu && { resource: text(gpu['resource']), pci: text(gpu['pci']) },
  };
}

function roleDraft(role: Readonly<Record<string, unknown>>): RoleDraft {
  return {
    schematic: text(role['schematic']),
    terraform: text(role['terraform']),
    configured: role['configuration'] !== undefined,
    configuredBy: text(record(role['configuration'])['by']),
    nics: Array.isArray(role['nics']) ? role['nics'] : [],
  };
}

function limitsOf(limits: Readonly<Record<string, unknown>>): Record<string, number> {
  const known: Record<string, number> = {};
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value !== 'string') continue;
    try {
      known[name] = parseDuration(value);
    } catch {
      // The schema reports this mistake.
    }
  }
  return known;
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
