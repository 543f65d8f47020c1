/** What the hypervisor answers instead of doing it. */
export class HypervisorRefusal extends Error {
  override readonly name = 'HypervisorRefusal';

  /** `status`: 404 what is not there, 409 what is there already, 423 what is locked, 500 what went wrong, 595 a host that does not answer. */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
