import type { TrainingReport, VerdictDocument } from '@switchyard/documents';
import { SwitchyardError } from '@switchyard/domain';

/**
 * Both documents must be of this circuit and of one and the same model content, and the verdict must let it go on.
 * @throws SwitchyardError `PROMOTE_WRONG_EVIDENCE` or `POLICY_VERDICT_NOT_PASSING`.
 */
export function checkEvidence(circuit: string, report: TrainingReport, verdict: VerdictDocument): void {
  const pairs: [string, string, string][] = [
    ['circuit of the training report', report.circuit, circuit],
    ['circuit of the verdict', verdict.circuit, circuit],
    ['model of the verdict', verdict.challenger.model, report.model.name],
    ['model version of the verdict', verdict.challenger.version, report.model.version],
    ['content digest of the verdict', verdict.challenger.contentDigest, report.model.contentDigest],
    ['fingerprint of the verdict', verdict.challenger.fingerprint, report.fingerprint],
  ];
  for (const [what, seen, expected] of pairs) {
    if (seen === expected) continue;
    throw new SwitchyardError({
      code: 'PROMOTE_WRONG_EVIDENCE',
      seen: `the ${what} is "${seen}"`,
      expected: `"${expected}"`,
      next: 'pass the reports that the train and gate steps of this circuit wrote in this run',
    });
  }
  if (verdict.verdict === 'pass' || verdict.verdict === 'first-model') return;
  throw new SwitchyardError({
    code: 'POLICY_VERDICT_NOT_PASSING',
    seen: `the verdict is "${verdict.verdict}": ${verdict.reasons.join('; ')}`,
    expected: '"pass" or "first-model"',
    next: 'nothing is promoted; improve the model and train again',
  });
}
