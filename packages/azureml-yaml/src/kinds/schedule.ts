import { isMap } from 'yaml';
import { type Compilation, type Draft, workspaceId } from '../draft.ts';
import { type JsonObject, present } from '../json.ts';
import { readLinked } from '../linked-file.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';
import { resolveFromDocument } from '../path.ts';
import { compileCommandJob } from './command-job.ts';
import { pipelineProperties } from './pipeline-job.ts';

const weekDays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

function daysOf(reader: MapReader): string[] | undefined {
  const days = reader.texts('week_days')?.map((day) => day.toLowerCase());
  const unknown = days?.find((day) => !weekDays.includes(day));
  if (unknown === undefined) return days;
  reader.mistake('YAML_VALUE_NOT_ALLOWED', reader.entry('week_days'), {
    seen: `"week_days" has "${unknown}"`,
    expected: `some of ${weekDays.join(', ')}`,
  });
  return undefined;
}

function wholes(reader: MapReader, key: string): number[] | undefined {
  const texts = reader.texts(key);
  if (!texts) return undefined;
  if (texts.every((text) => /^-?\d+$/.test(text))) return texts.map(Number);
  reader.mistake('YAML_TYPE_WRONG', reader.entry(key), {
    seen: `"${reader.entry(key)?.path ?? key}" is ${texts.join(', ')}`,
    expected: 'whole numbers',
  });
  return undefined;
}

function recurrencePattern(reader: MapReader): JsonObject | undefined {
  const child = reader.child('schedule');
  if (!child) return undefined;
  const compiled = present({
    hours: wholes(child, 'hours'),
    minutes: wholes(child, 'minutes'),
    weekDays: daysOf(child),
    monthDays: wholes(child, 'month_days'),
  });
  child.finish();
  return compiled;
}

function trigger(reader: MapReader): JsonObject | undefined {
  if (!reader.has('trigger')) return reader.missing('trigger', 'when to run: type cron or recurrence');
  const child = reader.child('trigger');
  if (!child) return undefined;
  const type = child.has('type')
    ? child.oneOf('type', { cron: 'Cron', recurrence: 'Recurrence' })
    : child.missing('type', 'cron or recurrence');
  const shared = {
    startTime: child.text('start_time'),
    endTime: child.text('end_time'),
    timeZone: child.text('time_zone') ?? 'UTC',
  };
  const frequencies = { minute: 'minute', hour: 'hour', day: 'day', week: 'week', month: 'month' };
  const own =
    type === 'Cron'
      ? { expression: child.requiredText('expression', 'a cron expression, 0 6 * * 1') }
      : {
          frequency: child.oneOf('frequency', frequencies),
          interval: child.whole('interval', { min: 1 }),
          schedule: recurrencePattern(child) ?? (type === 'Recurrence' ? { hours: [], minutes: [] } : undefined),
        };
  child.finish();
  return present({ triggerType: type, ...shared, ...own });
}

/** The job in a file of its own, with the other keys of `create_job` over it. */
function jobFromFile(reader: MapReader, draft: Draft, path: string): JsonObject | undefined {
  const file = resolveFromDocument(draft.file, path.replace(/^file:/, ''));
  const entry = reader.entry('create_job') ?? reader.entry('job');
  if (!entry) return undefined;
  const source = readLinked(reader, draft, { entry, file, what: 'a job file' });
  if (!source) return undefined;
  const job = reader.readerOf(source, { path: 'create_job', position: entry.position });
  return jobProperties(job, { ...draft, file, source });
}

function jobProperties(reader: MapReader, draft: Draft): JsonObject {
  reader.skip('$schema', 'type', 'name');
  const isPipeline = reader.has('jobs') || reader.has('component');
  const compiled = isPipeline
    ? pipelineProperties(reader, draft)
    : (compileCommandJob(reader, draft).body.properties as JsonObject);
  reader.finish();
  return compiled;
}

function overlaid(base: JsonObject, over: JsonObject): JsonObject {
  const merged = Object.entries(over).map(([key, value]) => {
    const under = base[key];
    const areMaps = [under, value].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
    return [key, areMaps ? { ...(under as JsonObject), ...(value as JsonObject) } : value];
  });
  return { ...base, ...Object.fromEntries(merged) };
}

function jobDefinition(reader: MapReader, draft: Draft): JsonObject | undefined {
  const entry = reader.entry('create_job');
  if (!entry) return undefined;
  if (!isMap(entry.node)) {
    const text = reader.text('create_job');
    if (text === undefined) return undefined;
    const name = /^azureml:([^:@/]+)$/.exec(text)?.[1];
    if (name !== undefined) return { jobType: 'Pipeline', sourceJobId: `${workspaceId(draft.context)}/jobs/${name}` };
    return jobFromFile(reader, draft, text);
  }
  const child = reader.childOf(entry);
  if (!child) return undefined;
  const path = child.has('job') ? child.text('job') : undefined;
  if (path === undefined) return jobProperties(child, draft);
  child.skip('type', 'jobs');
  const source = /^azureml:([^:@/]+)$/.exec(path)?.[1];
  const base: JsonObject | undefined =
    source === undefined
      ? jobFromFile(child, draft, path)
      : { sourceJobId: `${workspaceId(draft.context)}/jobs/${source}` };
  const over = pipelineProperties(child.without('jobs', 'component'), draft, { hasJobs: false });
  return base && overlaid(base, over);
}

/** az ml schedule of a job to `schedules/{name}`. */
export function compileSchedule(reader: MapReader, draft: Draft): Compilation {
  reader.refuse('create_monitor', 'create the monitor with "az ml schedule create"');
  reader.refuse('import_data', 'create the import with "az ml schedule create"');
  const isJob = !reader.has('create_monitor') && !reader.has('import_data');
  if (isJob && !reader.has('create_job')) reader.missing('create_job', 'the job to run');
  if (!reader.has('name')) reader.missing('name', 'the name of the schedule');
  const definition = jobDefinition(reader, draft);
  const properties = present({
    displayName: reader.text('display_name'),
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    properties: reader.textMap('properties'),
    isEnabled: reader.boolean('is_enabled'),
    trigger: trigger(reader),
    action: definition && { actionType: 'CreateJob', jobDefinition: definition },
  });
  return { name: readName(reader, 'name', 'asset'), resource: { type: 'schedules' }, body: { properties } };
}
