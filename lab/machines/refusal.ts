import type { status } from '@grpc/grpc-js';

/** A request the machine does not take, with the gRPC status and the words Talos has for it. Nothing has changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
  }
}
