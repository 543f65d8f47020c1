/** Text at the end of the terminal that the next text overwrites. */
export interface LiveScreen {
  show(text: string): void;
  /** Leaves the last text on the screen. */
  done(): void;
}

/**
 * The lines at the end of the terminal. log-update 7.2 writes only what changed, and leaves the lines below where they were
 * when the text got longer or shorter: then everything is written again.
 */
export async function liveScreen(): Promise<LiveScreen> {
  const { default: logUpdate } = await import('log-update');
  let lines = 0;
  return {
    show: (text) => {
      const now = text.split('\n').length;
      if (lines > 0 && now !== lines) logUpdate.clear();
      lines = now;
      logUpdate(text);
    },
    done: () => logUpdate.done(),
  };
}
