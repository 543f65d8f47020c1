/** A version as a Terraform variable has it: `terraform.variables.talosWritten`, `kubernetesWritten` of slipway.yaml. */
export function writtenVersion(version: string, as: 'v1.2.3' | '1.2.3'): string {
  return as === '1.2.3' ? version.replace(/^v/, '') : version;
}
