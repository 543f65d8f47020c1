import type { ApiChange } from '../evidence.js';
import { at, number, text, truth } from '../moments/payload.js';

const MARK_PREFIX = 'slipway.dev/';
const ANNOTATIONS = '/metadata/annotations';

/**
 * Parses a line of kube-apiserver's audit log: changes of Nodes, created or deleted pods, evictions. Undefined for everything else. @throws
 * Error when it is no audit event.
 */
export function apiChange(line: unknown): ApiChange | undefined {
  const verb = text(line, 'verb');
  const received = Date.parse(text(line, 'requestReceivedTimestamp') ?? '');
  if (verb === undefined || Number.isNaN(received)) throw new Error('no audit event');
  const resource = text(line, 'objectRef', 'resource') ?? '';
  const subresource = text(line, 'objectRef', 'subresource') ?? '';
  if (text(line, 'stage') !== 'ResponseComplete' || !isOfInterest(verb, resource, subresource))
    return undefined;
  return {
    at: received,
    user: text(line, 'user', 'username') ?? '',
    verb,
    resource,
    subresource,
    namespace: text(line, 'objectRef', 'namespace') ?? '',
    name: text(line, 'objectRef', 'name') ?? '',
    code: number(line, 'responseStatus', 'code') ?? 0,
    ...(resource === 'nodes' ? nodeChange(verb, at(line, 'requestObject')) : {}),
  };
}

function isOfInterest(verb: string, resource: string, subresource: string): boolean {
  if (resource === 'nodes')
    return subresource === '' && ['patch', 'update', 'create', 'delete'].includes(verb);
  if (resource !== 'pods') return false;
  return (
    subresource === 'eviction' || (subresource === '' && (verb === 'create' || verb.startsWith('delete')))
  );
}

/** The change of a Node: an array is a JSON patch, an object a merge patch, or with `update` the whole Node. */
function nodeChange(verb: string, asked: unknown): Pick<ApiChange, 'unschedulable' | 'marks'> {
  if (Array.isArray(asked)) return jsonPatch(asked);
  const change: { unschedulable?: boolean; marks?: Record<string, string | null> } = {};
  const spec = at(asked, 'spec');
  if (typeof spec === 'object' && spec !== null && (verb === 'update' || 'unschedulable' in spec)) {
    change.unschedulable = truth(spec, 'unschedulable') === true;
  }
  const marks = ownMarks(at(asked, 'metadata', 'annotations'));
  return Object.keys(marks).length > 0 ? { ...change, marks } : change;
}

function jsonPatch(operations: readonly unknown[]): Pick<ApiChange, 'unschedulable' | 'marks'> {
  const change: { unschedulable?: boolean; marks?: Record<string, string | null> } = {};
  const marks: Record<string, string | null> = {};
  for (const operation of operations) {
    const op = text(operation, 'op');
    const path = text(operation, 'path') ?? '';
    if (op === 'test') continue;
    const value = op === 'remove' ? null : at(operation, 'value');
    if (path === '/spec/unschedulable') change.unschedulable = value === true;
    if (path === ANNOTATIONS) Object.assign(marks, ownMarks(value));
    if (!path.startsWith(`${ANNOTATIONS}/`)) continue;
    // RFC 6901: ~1 is a slash, ~0 a tilde.
    const key = path
      .slice(ANNOTATIONS.length + 1)
      .replaceAll('~1', '/')
      .replaceAll('~0', '~');
    Object.assign(marks, ownMarks({ [key]: value }));
  }
  return Object.keys(marks).length > 0 ? { ...change, marks } : change;
}

function ownMarks(annotations: unknown): Record<string, string | null> {
  if (typeof annotations !== 'object' || annotations === null) return {};
  return Object.fromEntries(
    Object.entries(annotations).flatMap(([key, value]) => {
      if (!key.startsWith(MARK_PREFIX)) return [];
      return typeof value === 'string' || value === null ? [[key, value]] : [];
    }),
  );
}
