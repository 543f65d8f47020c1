/**
 * jest-light-runner leaves the processes of its pool alone when all tests have run: one that still has a timer or a socket would
 * outlive Jest, and keep whoever reads Jest's output waiting. The channel to Jest breaks however Jest ends.
 */
process.once('disconnect', () => process.exit());
