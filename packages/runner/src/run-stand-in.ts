import { SwitchyardError } from '@switchyard/domain';
import type { StepConclusion } from './run-result.ts';
import type { StandIn } from './stand-in.ts';
import type { StepRequest } from './step-request.ts';

/** Runs a stand-in. Inputs that it does not know are refused: passing over them could hide a difference to GitHub. */
export async function runStandIn(
  standIn: StandIn,
  given: Readonly<Record<string, string>>,
  request: StepRequest,
): Promise<StepConclusion> {
  const values = new Map(Object.entries(standIn.inputs));
  for (const [name, value] of Object.entries(given)) {
    if (!values.has(name.toLowerCase())) {
      throw new SwitchyardError({
        code: 'RUN_INPUT_UNKNOWN',
        seen: `the stand-in for ${standIn.name} does not know the input '${name}'`,
        expected: Object.keys(standIn.inputs).join(', '),
      });
    }
    values.set(name.toLowerCase(), value);
  }
  const { job, step } = request;
  step.log(`${standIn.name} runs as a stand-in on this machine`);
  const input = (name: string) => (values.get(name) ?? '').trim();
  await standIn.run({ job, step, permissions: job.permissions, input });
  return request.signal.aborted ? 'cancelled' : 'success';
}
