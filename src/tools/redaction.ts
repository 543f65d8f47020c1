/** The replacement text for a secret. */
export const REDACTED = '[redacted]';

/** Shorter lines of a multi-line secret ("}", "-----") would black out ordinary text. */
const SHORTEST_LINE_OF_A_SECRET = 12;

/** Removes known secrets from a text before it reaches a log, an error or a workflow's history. */
export class Redaction {
  /** Length in characters of the longest secret; 0 when there is none. */
  readonly longest: number;
  readonly #needles: readonly string[];

  /**
   * @param secrets Values, not names; empty ones are ignored. Output arrives line by line, so each longer line of a multi-line secret (a
   * key in PEM, a kubeconfig) is redacted separately as well.
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

  /** Replaces every secret in the text by `[redacted]`. */
  apply(text: string): string {
    return this.#needles.reduce((rest, needle) => rest.replaceAll(needle, REDACTED), text);
  }
}
