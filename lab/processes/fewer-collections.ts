/**
 * Environment of the lab's servers that are written in Go. By default they collect garbage whenever their memory has doubled, which takes a
 * fifth of the CPU time of a kube-apiserver's start. The machine has enough memory, and few cores.
 */
export const fewerCollections: Readonly<Record<string, string>> = { GOGC: '400' };
