import { randomUUID } from 'node:crypto';
import { EventBuffer } from './event-buffer.js';
import { KernelLog } from './kernel-log.js';
import type { MachineEventPayload, MachineStage, UnmetCondition } from './machine-event.js';
import { ServiceTable } from './service-table.js';

/** The state of a machine that lives for one boot. */
export class CurrentBoot {
  /** Empty for a machine that has never been on. */
  readonly id: string;
  readonly startedAt = new Date();
  readonly events = new EventBuffer();
  readonly dmesg: KernelLog;
  readonly services: ServiceTable;
  /** Parts that are being started: they must be waited for before they can be reported as stopped. */
  readonly starting = new Set<Promise<unknown>>();
  readonly #name: string;
  readonly #onChange: () => void;
  readonly #end = new AbortController();
  #stage: MachineStage = 'rebooting';
  #unmet: readonly UnmetCondition[] = [];

  /** `onChange` is called after every change of stage, readiness or a service; `now` is the machine's clock. */
  constructor(
    machine: { name: string; role: 'control-plane' | 'worker' | undefined },
    id: string,
    { onChange, now }: { onChange: () => void; now: () => number },
  ) {
    this.id = id;
    this.dmesg = new KernelLog(now);
    this.#name = machine.name;
    this.#onChange = onChange;
    this.services = new ServiceTable(machine.role, {
      now,
      onChange: ({ id: service, state, message, health }) => {
        this.publish({ kind: 'ServiceStateEvent', service, action: state, message, health });
        onChange();
      },
    });
  }

  /** A boot id as the kernel makes one. */
  static newId(): string {
    return randomUUID();
  }

  get stage(): MachineStage {
    return this.#stage;
  }

  /** Why the machine is not ready; empty outside of `booting` and `running`, as with Talos. */
  get unmet(): readonly UnmetCondition[] {
    return this.#unmet;
  }

  /** Running, without an unmet condition. */
  get ready(): boolean {
    return this.#stage === 'running' && this.#unmet.length === 0;
  }

  /** Aborts when what this boot started begins to stop, or the power goes. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Marks this boot as over. */
  end(): void {
    this.#end.abort();
  }

  publish(payload: MachineEventPayload, actorId = ''): void {
    this.events.publish(payload, actorId);
  }

  /** Sets a stage, with its event. A machine that has just begun to run is not ready yet. */
  enter(stage: MachineStage): void {
    if (stage === this.#stage) return;
    this.#stage = stage;
    const notYet = { name: 'nodeReady', reason: `node "${this.#name}" status is not available yet` };
    this.#unmet = stage === 'booting' || stage === 'running' ? [notYet] : [];
    this.#publishStatus();
  }

  /** Sets the unmet conditions. False when nothing changed. */
  see(unmet: readonly UnmetCondition[]): boolean {
    if (JSON.stringify(unmet) === JSON.stringify(this.#unmet)) return false;
    this.#unmet = unmet;
    this.#publishStatus();
    return true;
  }

  #publishStatus(): void {
    const ready = this.#unmet.length === 0;
    this.publish({ kind: 'MachineStatusEvent', stage: this.#stage, ready, unmet: this.#unmet });
    this.#onChange();
  }
}
