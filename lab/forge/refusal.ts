/** What the forge’s API answers instead of doing it. */
export class ForgeRefusal extends Error {
  override readonly name = 'ForgeRefusal';

  constructor(
    readonly status: number,
    message: string,
    /** What belongs to it in the answer: `errors` of a 422, headers of a limit. */
    readonly more: {
      readonly errors?: readonly unknown[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
  }
}

/** 404: also for what exists and whoever asks may not see. */
export function notFound(): never {
  throw new ForgeRefusal(404, 'Not Found');
}

/** 422 with one reason, as GitHub has it. */
export function invalid(resource: string, field: string, message: string): never {
  throw new ForgeRefusal(422, 'Validation Failed', {
    errors: [{ resource, field, code: 'custom', message }],
  });
}
