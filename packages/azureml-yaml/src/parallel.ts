import { isScalar } from 'yaml';
import { compileCode } from './code-reference.ts';
import { specId } from './component-id.ts';
import type { Draft } from './draft.ts';
import { compileEnvironment } from './environment-body.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import type { MapReader } from './map-reader.ts';

const sizes: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 };

/** `mini_batch_size`: a number of files, or bytes with a unit: `10kb` is 10240. */
function miniBatchSize(reader: MapReader): number | string | undefined {
  const text = reader.text('mini_batch_size');
  if (text === undefined || text.includes('${{')) return text;
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b?)$/i.exec(text.trim()) ?? [];
  const factor = unit === undefined ? undefined : sizes[unit.toLowerCase()];
  if (digits !== undefined && factor !== undefined) return Math.trunc(Number(digits) * factor);
  reader.mistake('YAML_VALUE_NOT_ALLOWED', reader.entry('mini_batch_size'), {
    seen: `"mini_batch_size" is "${text}"`,
    expected: 'a number of files, or a size such as 10kb, 5mb, 1gb',
  });
  return undefined;
}

/** A whole number, or text that holds an expression the service evaluates. */
function wholeOrBinding(reader: MapReader, key: string, range: { readonly min: number }): number | string | undefined {
  const node = reader.entry(key)?.node;
  const isExpression = isScalar(node) && typeof node.value === 'string' && node.value.includes('${{');
  return isExpression ? reader.text(key) : reader.whole(key, range);
}

function retrySettings(reader: MapReader): JsonObject | undefined {
  const child = reader.child('retry_settings');
  if (!child) return undefined;
  const compiled = present({
    timeout: wholeOrBinding(child, 'timeout', { min: 1 }),
    max_retries: wholeOrBinding(child, 'max_retries', { min: 0 }),
  });
  child.finish();
  return compiled;
}

function task(reader: MapReader, draft: Draft): JsonObject | undefined {
  if (!reader.has('task')) return reader.missing('task', 'the script that runs for each mini batch');
  const child = reader.child('task');
  if (!child) return undefined;
  const compiled = present({
    type: child.oneOf('type', { run_function: 'run_function', function: 'function', model: 'model' }),
    code: specId(compileCode(child, draft)),
    entry_script: child.text('entry_script'),
    program_arguments: child.text('program_arguments'),
    model: child.text('model'),
    append_row_to: child.text('append_row_to'),
    environment: specId(compileEnvironment(child, draft)),
  });
  child.finish();
  return compiled;
}

export interface ParallelRead {
  /** Members of a node of a pipeline. */
  readonly node: JsonObject;
  /** Members of the component that the node runs. */
  readonly spec: JsonObject;
}

/** The settings that parallel nodes and parallel components share. */
export function readParallel(reader: MapReader, draft: Draft): ParallelRead {
  const size = miniBatchSize(reader);
  const keys = reader.texts('partition_keys');
  const shared: Readonly<Record<string, JsonValue | undefined>> = {
    task: reader.has('task') || !reader.has('component') ? task(reader, draft) : undefined,
    input_data: reader.text('input_data'),
    logging_level: reader.text('logging_level'),
    max_concurrency_per_instance: wholeOrBinding(reader, 'max_concurrency_per_instance', { min: 1 }),
    error_threshold: wholeOrBinding(reader, 'error_threshold', { min: -1 }),
    mini_batch_error_threshold: wholeOrBinding(reader, 'mini_batch_error_threshold', { min: -1 }),
    retry_settings: retrySettings(reader),
    partition_keys: keys && `[${keys.map((key) => JSON.stringify(key)).join(', ')}]`,
  };
  const bound = Object.entries(shared).filter(
    ([, value]) => !(typeof value === 'string' && value.startsWith('${{parent')),
  );
  return {
    node: present({ ...shared, mini_batch_size: size ?? (shared.task === undefined ? undefined : 0) }),
    spec: present({ ...Object.fromEntries(bound), mini_batch_size: String(size ?? 0) }),
  };
}
