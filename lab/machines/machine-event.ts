/** The stage of a machine, in Talos' terms. */
export type MachineStage =
  | 'booting'
  | 'maintenance'
  | 'running'
  | 'rebooting'
  | 'shutting down'
  | 'resetting'
  | 'upgrading';

/** Why a machine is not ready. `name` is one of time, network, services, staticPods, nodeReady. */
export interface UnmetCondition {
  readonly name: string;
  readonly reason: string;
}

/** Names of the sequences a machine runs. */
export type SequenceName = 'initialize' | 'install' | 'boot' | 'reboot' | 'upgrade' | 'reset' | 'shutdown';

/** A machine's events; the fields are those of the Talos events of the same name. */
export type MachineEventPayload =
  | {
      readonly kind: 'SequenceEvent';
      readonly sequence: SequenceName;
      readonly action: 'NOOP' | 'START' | 'STOP';
      readonly error?: { readonly code: 'FATAL' | 'LOCKED' | 'CANCELED'; readonly message: string };
    }
  | { readonly kind: 'PhaseEvent'; readonly phase: string; readonly action: 'START' | 'STOP' }
  | { readonly kind: 'TaskEvent'; readonly task: string; readonly action: 'START' | 'STOP' }
  | {
      readonly kind: 'MachineStatusEvent';
      readonly stage: MachineStage;
      readonly ready: boolean;
      readonly unmet: readonly UnmetCondition[];
    }
  | {
      readonly kind: 'ServiceStateEvent';
      readonly service: string;
      readonly action: ServiceState;
      readonly message: string;
      readonly health: ServiceHealth;
    };

/** State of a service, as Talos prints it. */
export type ServiceState = 'Waiting' | 'Preparing' | 'Running' | 'Stopping' | 'Finished' | 'Failed';

/** Health of a service; `unknown` for one that is not checked. */
export type ServiceHealth = 'healthy' | 'unhealthy' | 'unknown';

/** An event in the buffer of one boot. */
export interface MachineEvent {
  /** Twenty characters that sort by time. */
  readonly id: string;
  /** The request that caused it; empty for none. */
  readonly actorId: string;
  readonly at: number;
  readonly payload: MachineEventPayload;
}
