/** One mistake in an inventory: where, what, why it matters, and what to do. */
export interface Mistake {
  /** `slipway.yaml:12 nodes[3].address`. */
  readonly path: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** A path in the document: keys and indexes from the root. */
export type DocumentPath = readonly (string | number)[];

/** A mistake without its line. */
export interface MistakeAt extends Omit<Mistake, 'path'> {
  readonly at: DocumentPath;
}

/** `path: what, why, what to do`, on one line. */
export function mistakeLine(mistake: Mistake): string {
  return `${mistake.path}: ${mistake.what}, ${mistake.why}, ${mistake.fix}`;
}

/** `nodes[3].address`; empty for the document itself. */
export function pathText(path: DocumentPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
