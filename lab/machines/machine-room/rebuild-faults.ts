/** What can go wrong inside a machine that was made anew. What the hypervisor gets wrong is its own. */
export const rebuildFaults = {
  'rebuilt-with-old-version': {
    does: 'A machine that is made anew boots the Talos it had before, though its template holds another.',
    point: 'room:image',
    node: 'optional',
    lasts: 'once',
  },
  'other-system-uuid': {
    does: 'The machine’s Talos API and its Node show another system UUID than its hypervisor gave it, for as long as the fault is armed.',
    point: 'resources:uuid',
    node: 'optional',
    lasts: 'standing',
  },
  'slow-first-boot': {
    does: 'The first boot of a machine that was made anew takes far longer than usual.',
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
  'etcd-stays-learner': {
    does: 'A new etcd member is not given its vote for as long as the fault is armed.',
    point: 'etcd:promoting',
    node: 'optional',
    lasts: 'standing',
  },
} as const;
