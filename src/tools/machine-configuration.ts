import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { MachineFile } from '../planning/node/devices.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import { isRecord } from './record.js';

const types = { 'control-plane': ['controlplane', 'init'], worker: ['worker'] } as const;

/** Why a machine configuration does not belong to that node. Its values are never repeated: it holds the cluster's secrets. */
export function whyNotIts(text: string, node: Pick<PlannedNode, 'name' | 'role'>): string | undefined {
  const documents = parseAllDocuments(text);
  if (documents.some(({ errors }) => errors.length > 0)) return 'it is no YAML';
  const contents = documents.map((document) => document.toJS() as unknown).filter(isRecord);
  const machine = contents.map((document) => document['machine']).find(isRecord);
  if (!machine) return 'it has no machine section';
  const wanted: readonly string[] = types[node.role];
  const type = String(machine['type']);
  if (!wanted.includes(type)) return `its machine.type is ${type}, and ${node.name} is a ${node.role} node`;
  const network = isRecord(machine['network']) ? machine['network'] : {};
  const names = [network['hostname'], contents.find(({ kind }) => kind === 'HostnameConfig')?.['hostname']];
  const other = names
    .filter((name) => typeof name === 'string')
    .find((name) => name !== '' && name !== node.name);
  return other === undefined ? undefined : `it is that of ${other}`;
}

/** The files that a machine configuration makes Talos write; none where it is no YAML. */
export function filesOf(text: string): MachineFile[] {
  return parseAllDocuments(text)
    .filter(({ errors }) => errors.length === 0)
    .map((document) => document.toJS() as unknown)
    .flatMap((document) => (isRecord(document) ? [document['machine']] : []))
    .flatMap((machine): unknown[] => {
      const files = isRecord(machine) ? machine['files'] : undefined;
      return Array.isArray(files) ? files : [];
    })
    .filter(isRecord)
    .flatMap(({ path, content }) =>
      typeof path === 'string' ? [{ path, content: typeof content === 'string' ? content : '' }] : [],
    );
}

/**
 * Whether merging patches left a machine configuration unchanged: then it had them already. Talos appends to most lists, so duplicates in a
 * list count once; otherwise a patch that adds a file would never be complete.
 */
export function isAsBefore(before: string, patched: string): boolean {
  return isDeepStrictEqual(contentsOf(before), contentsOf(patched));
}

function contentsOf(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => withoutRepeats(document.toJS() as unknown));
}

function withoutRepeats(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => withoutRepeats(item));
    return items.filter((item, at) => items.findIndex((one) => isDeepStrictEqual(one, item)) === at);
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutRepeats(part)]));
}
