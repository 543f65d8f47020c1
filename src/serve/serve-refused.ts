/** `slipway serve` does not start: one sentence, and what to type. Nothing was started or changed. */
export class ServeRefused extends Error {
  override readonly name = 'ServeRefused';

  /** @param hint what to type. */
  constructor(
    message: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
