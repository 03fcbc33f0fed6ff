import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleRun } from './bundle.ts';

/** Path of the JSON report of a run. */
export function reportFile(run: BundleRun): string {
  return run.outputs['report-file'] ?? '';
}

/** A changed copy of a JSON file, for what a later step must refuse. */
export function changedCopy<T>(file: string, change: (document: T) => void): string {
  const document = JSON.parse(readFileSync(file, 'utf8')) as T;
  change(document);
  const copy = join(mkdtempSync(join(tmpdir(), 'switchyard-copy-')), 'document.json');
  writeFileSync(copy, JSON.stringify(document));
  return copy;
}
