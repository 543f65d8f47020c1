/** The pool's answer to a connection, as one line: the folder of the leased lab. */
export type LeaseAnswer = { readonly directory: string } | { readonly error: string };

/** The line that ends a lease properly. A connection that closes without it leaves a lab that is not reused. */
export const clean = 'clean';
