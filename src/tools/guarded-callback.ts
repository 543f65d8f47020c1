/** Runs a caller's code until it throws for the first time, and keeps that error. */
export function guarded(onError: () => void): { run(work: () => void): void; error(): unknown } {
  let failed: { error: unknown } | undefined;
  return {
    run: (work) => {
      if (failed) return;
      try {
        work();
      } catch (error) {
        failed = { error };
        onError();
      }
    },
    error: () => failed?.error,
  };
}
