/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Shorter lines of a secret of several lines ("}", "-----") would black out ordinary text. */
const SHORTEST_LINE_OF_A_SECRET = 12;

/** Takes known secrets out of text before it reaches a log, an error or a workflow's history. */
export class Redaction {
  /** Length in characters of the longest text that is looked for; 0 when there is none. */
  readonly longest: number;
  readonly #needles: readonly string[];

  /**
   * @param secrets Values, not names; empty ones are ignored. Output arrives line by line, so each longer line of
   * a secret of several lines (a key in PEM, a kubeconfig) is looked for on its own as well.
   */
  constructor(secrets: readonly string[] = []) {
    const needles = new Set<string>();
    for (const secret of secrets) {
      if (secret.trim() === '') continue;
      needles.add(secret.trim());
      for (const line of secret.split(/\r?\n/)) {
        if (line.trim().length >= SHORTEST_LINE_OF_A_SECRET) needles.add(line.trim());
      }
    }
    this.#needles = [...needles].toSorted((a, b) => b.length - a.length);
    this.longest = this.#needles[0]?.length ?? 0;
  }

  /** The text with every secret in it replaced by `[redacted]`. */
  apply(text: string): string {
    return this.#needles.reduce((rest, needle) => rest.replaceAll(needle, REDACTED), text);
  }
}
