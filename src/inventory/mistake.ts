/** One thing wrong with an inventory: where, what, why it matters, and what to do. */
export interface Mistake {
  /** `slipway.yaml:12 nodes[3].address`. */
  readonly path: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** Where in the document something is: keys and indexes from the top. */
export type DocumentPath = readonly (string | number)[];

/** A mistake before its line is known. */
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
