/** An error answer of the hypervisor. */
export class HypervisorRefusal extends Error {
  override readonly name = 'HypervisorRefusal';

  /** `status`: 404 not found, 409 exists already, 423 locked, 500 failed, 595 unreachable host. */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
