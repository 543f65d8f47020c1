import { parseDuration } from './duration.js';
import type { DocumentPath } from './mistake.js';

/**
 * What the rules across fields read of an inventory that may be wrong elsewhere: whatever has the right type is there,
 * the rest is undefined. So one reading reports the schema's mistakes and the rules' together.
 */
export interface InventoryDraft {
  readonly nodes: readonly NodeDraft[];
  readonly roles: Readonly<Record<string, RoleDraft | undefined>>;
  readonly vip: string | undefined;
  readonly outageAccepted: boolean;
  /** Milliseconds of the limits that are written and are durations. */
  readonly limits: Readonly<Record<string, number>>;
  readonly snapshotDirectory: string | undefined;
  readonly replacement: ReplacementDraft;
  readonly patches: readonly PatchDraft[];
  /** The resources that `devices` speaks of. */
  readonly devices: readonly string[];
  readonly probes: readonly ProbeDraft[];
}

/** For whom a probe is; undefined: for any. */
export interface ProbeDraft {
  readonly at: DocumentPath;
  readonly name: string | undefined;
  readonly role: string | undefined;
  readonly hardware: string | undefined;
  readonly resource: string | undefined;
  readonly names: readonly string[] | undefined;
  /** Milliseconds, where it is a duration. */
  readonly limit: number | undefined;
}

/** For whom a patch is; undefined: for any. */
export interface PatchDraft {
  readonly at: DocumentPath;
  readonly role: string | undefined;
  readonly hardware: string | undefined;
  readonly names: readonly string[] | undefined;
  /** It waits until the node is Ready. */
  readonly late: boolean;
}

/** What is said of replacing nodes. */
export interface ReplacementDraft {
  /** Deltas for which `replace` is written. */
  readonly written: readonly string[];
  /** Whether some delta leads to it, written or by default. */
  readonly reachable: boolean;
  /** Whether there is a `terraform` section. */
  readonly terraform: boolean;
  readonly templates: string | undefined;
}

export interface NodeDraft {
  readonly at: DocumentPath;
  readonly name: string | undefined;
  /** Undefined for what is no role. */
  readonly role: string | undefined;
  readonly address: string | undefined;
  readonly host: string | undefined;
  readonly vm: number | undefined;
  /** Its own class; undefined: its role's. */
  readonly hardware: string | undefined;
  /** Its own; undefined: its role's. */
  readonly schematic: string | undefined;
  readonly gpu: { readonly resource: string | undefined; readonly pci: string | undefined } | undefined;
}

export interface RoleDraft {
  readonly schematic: string | undefined;
  readonly terraform: string | undefined;
  /** Whether it says how a new machine gets its configuration. */
  readonly configured: boolean;
  /** Who gives it, where that is said. */
  readonly configuredBy: string | undefined;
  readonly nics: readonly unknown[];
}

/** Reads a parsed YAML document as far as it can be read. */
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

/** The deltas that may be replaced, which they are where nothing else is written. */
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
      // The schema says what is wrong with it.
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
