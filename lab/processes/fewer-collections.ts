/**
 * Environment of the lab's servers that are written in Go. As they come they collect garbage whenever their memory has doubled, which is a fifth
 * of what the start of a kube-apiserver computes; memory is there, processors are not.
 */
export const fewerCollections: Readonly<Record<string, string>> = { GOGC: '400' };
