/** An error answer of the fake GitHub’s API. */
export class GitHostRefusal extends Error {
  override readonly name = 'GitHostRefusal';

  constructor(
    readonly status: number,
    message: string,
    /** Additional fields of the answer: `errors` of a 422, headers of a limit. */
    readonly more: {
      readonly errors?: readonly unknown[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
  }
}

/** 404: also for what exists and the sender may not see. */
export function notFound(): never {
  throw new GitHostRefusal(404, 'Not Found');
}

/** 422 with one reason, as GitHub has it. */
export function invalid(resource: string, field: string, message: string): never {
  throw new GitHostRefusal(422, 'Validation Failed', {
    errors: [{ resource, field, code: 'custom', message }],
  });
}
