import { digestOf } from '@switchyard/documents';

/**
 * Fingerprint of a training: that of the circuit at its commit, unless the inputs `file` or `set` make another job of
 * it. Such a model is nobody's commit: no release finds it by the fingerprint of its own.
 */
export function trainingFingerprint(
  committed: string,
  { file, set }: { readonly file: string | undefined; readonly set: readonly string[] },
): string {
  return file === undefined && set.length === 0 ? committed : digestOf({ committed, file: file ?? null, set });
}
