/** Faults inside a replaced machine. Faults of the hypervisor are its own. */
export const replacementFaults = {
  'slow-first-boot': {
    does: 'The first boot of a machine that was replaced takes far longer than usual.',
    point: 'boot:first',
    node: 'optional',
    lasts: 'once',
  },
  'never-leaves-maintenance': {
    does: 'The machine answers that it took its configuration, and stays in maintenance mode.',
    point: 'maintenance:configured',
    node: 'optional',
    lasts: 'once',
  },
  'member-removal-answer-lost': {
    does: 'Another member removes the one of the machine that is gone, but the connection breaks before its answer.',
    point: 'etcd:member-removed',
    node: 'optional',
    lasts: 'once',
  },
  'etcd-stays-learner': {
    does: 'A new etcd member is not given its vote for as long as the fault is armed.',
    point: 'etcd:promoting',
    node: 'optional',
    lasts: 'standing',
  },
} as const;
