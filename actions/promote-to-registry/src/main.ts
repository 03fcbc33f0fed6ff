import { azureInputs, defineAction, input } from '@switchyard/action-kit';
import { digestOf, type Promotion, parseDocument } from '@switchyard/documents';
import { formatInstant, tagNames } from '@switchyard/domain';
import { openAzure, openProject } from '@switchyard/project';
import { renderPromotion } from '@switchyard/reports';
import { checkEvidence } from './check-evidence.ts';
import { copyEnvironment } from './copy-environment.ts';
import { copyModel } from './copy-model.ts';
import { promotionTags } from './promotion-tags.ts';

export const promoteToRegistry = defineAction({
  name: 'promote-to-registry',
  inputs: {
    config: input.text('switchyard.yml'),
    circuit: input.required(),
    environment: input.text('dev'),
    'training-report': input.required(),
    verdict: input.required(),
    'resource-group': input.optional(),
    'workspace-name': input.optional(),
    'registry-name': input.optional(),
    ...azureInputs,
    'dry-run': input.boolean('false'),
    'report-file': input.optional(),
  },
  outputs: ['model-name', 'model-version', 'registry-model-version', 'content-digest'],
  run: async (context) => {
    const { inputs } = context;
    const project = await openProject(context.environment.workspaceFolder, inputs.config, context.readFile);
    const circuit = project.circuit(inputs.circuit);
    const report = parseDocument(
      'training-report',
      await context.readFile(inputs['training-report']),
      inputs['training-report'],
    );
    const verdict = parseDocument('verdict', await context.readFile(inputs.verdict), inputs.verdict);
    checkEvidence(circuit.name, report, verdict);
    const places = await openAzure(context, project.config, project.settings(inputs.environment), inputs);
    const registry = places.registry(inputs['registry-name']);
    const mlEnvironment = await copyEnvironment({ context, project, workspace: places.workspace, registry });
    const { name, version, contentDigest } = report.model;
    const copy = await copyModel({ context, workspace: places.workspace, registry, model: report.model });
    const outputs = {
      'model-name': name,
      'model-version': version,
      'registry-model-version': version,
      'content-digest': contentDigest,
    };
    if (inputs['dry-run']) {
      const message = copy.existed
        ? `registry ${registry.name} holds ${name}:${version} already`
        : `would copy ${name}:${version} to ${registry.name}`;
      return { status: 'planned', message, summary: `### Promotion plan\n\n${message}\n`, outputs };
    }
    const tags = promotionTags({ environment: context.environment, circuit, project, report, verdict });
    await registry.models.setTags(name, version, tags);
    await places.workspace.models.setTags(name, version, { [tagNames.registryReady]: 'true' });
    const document: Promotion = {
      schema: 'switchyard/promotion/v1',
      circuit: circuit.name,
      commit: report.commit,
      fingerprint: report.fingerprint,
      workspace: { name: places.workspace.name, model: name, version },
      registry: { name: registry.name, model: name, version },
      environment: mlEnvironment,
      contentDigest,
      verdictDigest: digestOf(verdict),
      copied: !copy.existed,
      promotedAt: formatInstant(context.clock.now()),
    };
    return {
      status: copy.existed ? 'no-change' : 'done',
      message: `${circuit.name}: ${name} version ${version} is in registry ${registry.name}${copy.existed ? ' (it was already)' : ''}`,
      summary: renderPromotion(document),
      outputs: { ...outputs, 'report-file': await context.writeReport(document) },
    };
  },
});
