import { parseAllDocuments } from 'yaml';

/** One resource as `talosctl get -o yaml` prints it. */
export interface TalosResource {
  readonly id: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Reads the documents of `talosctl get … -o yaml`. */
export function parseResources(text: string): TalosResource[] {
  const resources: TalosResource[] = [];
  for (const document of parseAllDocuments(text)) {
    if (document.errors.length > 0)
      throw new Error(`talosctl printed YAML that cannot be read: ${document.errors[0]?.message}`);
    const value: unknown = document.toJS();
    if (!isRecord(value)) continue;
    const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
    resources.push({ id: textOf(metadata['id']), spec: isRecord(value['spec']) ? value['spec'] : {} });
  }
  return resources;
}

/**
 * Reads a table as talosctl prints it: columns start where their headings start, cells may be empty or hold spaces.
 * Answers one record a row, by heading.
 */
export function parseTable(text: string, headings: readonly string[]): Record<string, string>[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const top = lines.findIndex((line) => headings.every((heading) => line.includes(heading)));
  const header = lines[top];
  if (header === undefined)
    throw new Error(`talosctl printed no table with the columns ${headings.join(', ')}`);
  const columns = columnStarts(header);
  return lines.slice(top + 1).map((line) => {
    const cells: Record<string, string> = {};
    columns.forEach((column, index) => {
      cells[column.heading] = line.slice(column.start, columns[index + 1]?.start).trim();
    });
    return cells;
  });
}

/** Headings are set apart by three spaces or more. */
function columnStarts(header: string): { heading: string; start: number }[] {
  return [...header.matchAll(/\S+(?: {1,2}\S+)*/g)].map((match) => ({
    heading: match[0],
    start: match.index,
  }));
}

/** A YAML scalar as text; an id such as 0 is written as a number. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
