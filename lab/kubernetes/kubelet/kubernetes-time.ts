/** An object of the Kubernetes API as it is on the wire: times are text there, not Date. */
export type Stamped<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Stamped<Item>[]
    : T extends object
      ? { [Key in keyof T]: Stamped<T[Key]> }
      : T;

/** A time as Kubernetes writes it, to the second: `2026-03-01T12:00:00Z`. */
export function kubernetesTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** The same to the microsecond, as Leases have it. */
export function kubernetesMicroTime(time: Date): string {
  return `${time.toISOString().slice(0, 23)}000Z`;
}
