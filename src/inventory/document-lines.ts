import { type Document, type LineCounter, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { DocumentPath } from './mistake.js';

/** The line of a path in the document; for a missing entry, the line of its parent. */
export function lineOf(document: Document.Parsed, lines: LineCounter, path: DocumentPath): number {
  let node: unknown = document.contents;
  let line = startOf(node, lines) ?? 1;
  for (const part of path) {
    const found = step(node, part, lines);
    if (!found) return line;
    line = found.line ?? line;
    node = found.node;
  }
  return line;
}

function step(
  node: unknown,
  part: string | number,
  lines: LineCounter,
): { node: unknown; line: number | undefined } | undefined {
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part];
    return item === undefined ? undefined : { node: item, line: startOf(item, lines) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(
    ({ key }) => (isScalar(key) ? String(key.value) : String(key)) === String(part),
  );
  return pair && { node: pair.value, line: startOf(pair.key, lines) };
}

function startOf(node: unknown, lines: LineCounter): number | undefined {
  if (!isNode(node) || !node.range) return undefined;
  return lines.linePos(node.range[0]).line;
}
