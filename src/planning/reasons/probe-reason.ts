/** Why a probe of slipway.yaml does not let a node return to service. `again`: what kubectl is told to run it by hand. */
export type ProbeReason =
  /** It ended with another exit code than 0, or not at all. */
  | {
      readonly kind: 'probe-failed';
      readonly node: string;
      readonly probe: string;
      /** `exit code 9`, or what the kubelet calls it. */
      readonly why: string;
      /** The end of what it wrote, cut and on one line. */
      readonly tail?: string;
      readonly again: string;
    }
  /** Its Pod was there for as long as it may take, and its container never ran. `since`: ISO time. */
  | {
      readonly kind: 'probe-not-started';
      readonly node: string;
      readonly probe: string;
      readonly since: string;
      readonly why: string;
      readonly again: string;
    }
  /** The Kubernetes API does not take its Pod. */
  | {
      readonly kind: 'probe-refused';
      readonly node: string;
      readonly probe: string;
      readonly namespace: string;
      readonly why: string;
    };
