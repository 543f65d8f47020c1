import type { status } from '@grpc/grpc-js';

/** A request that the machine rejects, with Talos' gRPC status and message. Nothing has changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
  }
}
