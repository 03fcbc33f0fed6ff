import { createHash } from 'node:crypto';
import { SwitchyardError } from '@switchyard/domain';
import { z } from 'zod';
import { changedCircuits } from './circuit.ts';
import { deploymentPlan, deploymentState, rollbackPlan, rollbackReport } from './deployment.ts';
import { evaluation } from './evaluation.ts';
import { promotion } from './promotion.ts';
import { trainingReport } from './training-report.ts';
import { verdict } from './verdict.ts';

/** Every document by the name in its `schema` field. */
export const documentSchemas = {
  'changed-circuits': changedCircuits,
  evaluation,
  'training-report': trainingReport,
  verdict,
  promotion,
  'deployment-plan': deploymentPlan,
  'deployment-state': deploymentState,
  'rollback-plan': rollbackPlan,
  'rollback-report': rollbackReport,
} as const;

export type DocumentName = keyof typeof documentSchemas;
export type DocumentOf<N extends DocumentName> = z.infer<(typeof documentSchemas)[N]>;

/**
 * Reads a document that another step wrote.
 * @param file Path for messages only.
 * @throws SwitchyardError `DOCUMENT_NOT_JSON` or `DOCUMENT_INVALID`.
 */
export function parseDocument<N extends DocumentName>(name: N, text: string, file: string): DocumentOf<N> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SwitchyardError({
      code: 'DOCUMENT_NOT_JSON',
      seen: `${file} is not JSON`,
      expected: `a ${name} document`,
      next: 'pass the report file that the step before wrote, unchanged',
      cause,
    });
  }
  const result = documentSchemas[name].safeParse(value);
  if (result.success) return result.data as DocumentOf<N>;
  const [issue] = result.error.issues;
  throw new SwitchyardError({
    code: 'DOCUMENT_INVALID',
    seen: `${file} at /${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'invalid'}`,
    expected: `a document with "schema": "switchyard/${name}/v1"`,
    next: 'pass the report file that the step before wrote, unchanged, from the same release of the suite',
  });
}

/** JSON with sorted keys and no spaces: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** `sha256:<64 hex>` of the canonical JSON. */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}

/** Text of a document as it is written to a file: indented, one newline at the end. */
export function formatDocument(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** JSON Schema (draft 2020-12) of a document, for editors and other readers. */
export function jsonSchemaOf(name: DocumentName): object {
  return z.toJSONSchema(documentSchemas[name]);
}
