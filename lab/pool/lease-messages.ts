/** What the pool answers, as one line, to whoever connects: the folder of the lab that is leased. */
export type LeaseAnswer = { readonly directory: string } | { readonly error: string };

/** The line with which a lease ends well. A connection that closes without it leaves a lab that nobody may use again. */
export const clean = 'clean';
