/** How far the emulator serves an operation. */
export type Coverage = 'supported' | 'partial' | 'planned';

/** One operation: `{W}` is a workspace, `{R}` a registry, `{asset}` one of the five asset kinds. */
export interface CoveredOperation {
  area: string;
  methods: string;
  path: string;
  coverage: Coverage;
  note?: string;
}

type Row = [methods: string, path: string, coverage?: Coverage, note?: string];

function area(name: string, rows: Row[]): CoveredOperation[] {
  return rows.map(([methods, path, coverage = 'supported', note]) => ({
    area: name,
    methods,
    path,
    coverage,
    ...(note === undefined ? {} : { note }),
  }));
}

const history = '/history/v1.0{W}';
const frontEnd = '/mferp/managementfrontend';
const mlflow = '/mlflow/{api}{W}/api/2.0/mlflow';
const insights = '{W}/onlineendpoints/{endpoint}/providers/microsoft.insights/metrics';

/** Every operation of the service that the emulator serves or is meant to serve. */
export const coverage: CoveredOperation[] = [
  ...area('Cloud and sign-in', [
    ['GET', '/metadata/endpoints'],
    ['GET', '/common/discovery/instance'],
    ['GET', '/{tenant}/v2.0/.well-known/openid-configuration'],
    ['GET', '/{tenant}/discovery/v2.0/keys'],
    ['POST', '/{tenant}/oauth2/v2.0/token', 'partial', 'client credentials: secret or federated assertion'],
    ['POST', '/{tenant}/oauth2/token', 'partial', 'as above'],
  ]),
  ...area('Workspace', [
    ['GET', '/subscriptions/{sub}/providers/microsoft.machinelearningservices/workspaces'],
    ['GET', '/subscriptions/{sub}/resourcegroups/{rg}/providers/microsoft.machinelearningservices/workspaces'],
    ['GET', '{W}'],
    ['PUT PATCH DELETE', '{W} ', 'planned', 'workspaces come from the seed'],
    ['GET', '{W}/computes', 'partial', 'clusters of the seed'],
    ['GET', '{W}/computes/{name}', 'partial'],
    ['GET', '{W}/datastores'],
    ['GET', '{W}/datastores/{name}'],
    ['POST', '{W}/datastores/{name}/listsecrets'],
    ['GET', '/discovery'],
    ['GET', '/discovery/workspaces/{guid}'],
    ['GET', '{W}/schedules'],
    ['GET PUT DELETE', '{W}/schedules/{name}', 'partial', 'kept and shown; nothing is started'],
    ['GET', '/subscriptions/{sub}/providers/microsoft.machinelearningservices/locations/{location}/usages'],
    ['GET', '/subscriptions/{sub}/providers/microsoft.machinelearningservices/locations/{location}/quotas'],
    ['GET', '/subscriptions/{sub}/providers/microsoft.machinelearningservices/locations/{location}/vmsizes'],
  ]),
  ...area('Assets in a workspace', [
    ['GET', '{W}/{asset}'],
    ['GET PUT DELETE', '{W}/{asset}/{name}'],
    ['GET', '{W}/{asset}/{name}/versions'],
    ['GET PUT DELETE', '{W}/{asset}/{name}/versions/{version}'],
    ['POST', '{W}/{asset}/{name}/versions/{version}/publish'],
    ['POST', '{W}/codes/{name}/versions/{version}/startpendingupload'],
  ]),
  ...area('Registry', [
    ['GET', '/subscriptions/{sub}/providers/microsoft.machinelearningservices/registries'],
    ['GET', '/subscriptions/{sub}/resourcegroups/{rg}/providers/microsoft.machinelearningservices/registries'],
    ['GET', '{R}'],
    ['GET', '/registrymanagement/v1.0/registries/{reg}/discovery'],
    ['GET', '{R}/{asset}'],
    ['GET PUT DELETE', '{R}/{asset}/{name}', 'partial', 'containers are written at once'],
    ['GET', '{R}/{asset}/{name}/versions'],
    ['GET PUT DELETE', '{R}/{asset}/{name}/versions/{version}'],
    ['POST', '{R}/codes/{name}/versions/{version}/startpendingupload'],
    ['POST', '{R}/models/{name}/versions/{version}/startpendingupload'],
    ['POST', '{R}/data/{name}/versions/{version}/startpendingupload'],
    ['POST', '{R}/datareferences/{name}/versions/{version}'],
    ['GET', `${frontEnd}{R}/{asset}`, 'supported', 'the official SDK and CLI use this twin of the ARM routes'],
    ['GET PUT DELETE', `${frontEnd}{R}/{asset}/{name}`, 'partial', 'containers are written at once'],
    ['GET', `${frontEnd}{R}/{asset}/{name}/versions`],
    ['GET PUT DELETE', `${frontEnd}{R}/{asset}/{name}/versions/{version}`],
    ['PUT', `${frontEnd}{R}/tempdatarefs/{name}/versions/{version}`, 'supported', 'where to upload'],
    ['POST', `${frontEnd}{R}/datarefs/{name}/versions/{version}`, 'supported', 'where to download'],
    ['POST', `${frontEnd}{R}/import`, 'supported', 'the call behind `az ml model share`'],
  ]),
  ...area('Jobs', [
    ['GET', '{W}/jobs'],
    ['GET PUT DELETE', '{W}/jobs/{name}', 'partial', 'command, pipeline and sweep jobs run; spark and automl get 400'],
    ['POST', '{W}/jobs/{name}/cancel'],
  ]),
  ...area('Run history', [
    ['GET', `${history}/runs/{run}/details`],
    ['GET', `${history}/runs/{run}/children`],
    ['GET PATCH', `${history}/runs/{run}`],
    ['POST', `${history}/rundata`, 'partial', 'run metadata only'],
    ['GET', `${history}/experiments/{experiment}/runs/{run}/artifacts`],
    ['GET', `${history}/experiments/{experiment}/runs/{run}/artifacts/path`],
    ['GET', `${history}/experiments/{experiment}/runs/{run}/artifacts/contentinfo`],
    ['GET', `${history}/experiments/{experiment}/runs/{run}/artifacts/prefix/contentinfo`],
    ['POST', `${history}/experiments/{experiment}/runs/{run}/artifacts/batch/metadata`],
    ['POST', '/metric/v2.0{W}/runs/{run}/list', 'partial', 'scalar metrics'],
    ['POST', '/metric/v2.0{W}/runs/{run}/full', 'partial', 'scalar metrics'],
    ['POST', '/data/v1.0{W}/dataversion/batchgetresolveduris'],
    ['POST', '/modelregistry/v1.0{W}/models/batchgetresolveduris'],
  ]),
  ...area('MLflow', [
    ['GET', `${mlflow}/runs/get`],
    ['POST', `${mlflow}/runs/create`],
    ['POST', `${mlflow}/runs/update`],
    ['POST', `${mlflow}/runs/search`, 'partial', 'comparisons joined by and; order and pages'],
    ['POST', `${mlflow}/runs/delete-tag`],
    ['POST', `${mlflow}/runs/log-metric`],
    ['POST', `${mlflow}/runs/log-parameter`],
    ['POST', `${mlflow}/runs/set-tag`],
    ['POST', `${mlflow}/runs/log-batch`],
    ['GET', `${mlflow}/metrics/get-history`, 'partial', 'no paging'],
    ['GET', `${mlflow}/experiments/get-by-name`],
    ['GET', `${mlflow}/experiments/get`],
    ['POST', `${mlflow}/experiments/create`],
    ['POST', `${mlflow}/experiments/search`, 'partial', 'all experiments, no filter'],
    ['POST', `${mlflow}/logged-models/search`, 'partial', 'always empty'],
    ['GET PUT', `${mlflow}-artifacts/artifacts/*`, 'supported', 'files through the server, for MLflow without plugin'],
    ['GET', `${mlflow}/artifacts/list`, 'partial', 'files only, all levels at once'],
  ]),
  ...area('Online endpoints', [
    ['GET', '{W}/onlineendpoints'],
    ['GET PUT PATCH DELETE', '{W}/onlineendpoints/{endpoint}'],
    ['POST', '{W}/onlineendpoints/{endpoint}/listkeys'],
    ['POST', '{W}/onlineendpoints/{endpoint}/regeneratekeys'],
    ['POST', '{W}/onlineendpoints/{endpoint}/token'],
    ['GET', '{W}/onlineendpoints/{endpoint}/deployments'],
    [
      'GET PUT PATCH DELETE',
      '{W}/onlineendpoints/{endpoint}/deployments/{deployment}',
      'partial',
      'Managed and Kubernetes, with a scoring script; the environment is recorded and not built',
    ],
    ['POST', '{W}/onlineendpoints/{endpoint}/deployments/{deployment}/getlogs'],
    ['GET', '{W}/onlineendpoints/{endpoint}/deployments/{deployment}/skus'],
    ['POST', '/scoring/{host}/score'],
    ['GET', '/scoring/{host}/swagger.json', 'partial'],
    ['GET', insights, 'partial', 'RequestsPerMinute, RequestLatency and its percentiles'],
  ]),
  ...area('Batch endpoints', [
    ['GET', '{W}/batchendpoints'],
    ['GET PUT PATCH DELETE', '{W}/batchendpoints/{endpoint}'],
    ['GET', '{W}/batchendpoints/{endpoint}/deployments'],
    [
      'GET PUT PATCH DELETE',
      '{W}/batchendpoints/{endpoint}/deployments/{deployment}',
      'partial',
      'models with a scoring script, and pipeline components',
    ],
    ['POST', '/scoring/{host}/jobs'],
    ['GET', '/scoring/{host}/jobs/{job}'],
    ['GET', '/mferp/managementfrontend{W}/batchendpoints/{endpoint}/jobs'],
    ['GET', '/mferp/managementfrontend{W}/batchendpoints/{endpoint}/deployments/{deployment}/jobs'],
  ]),
  ...area('Long-running operations', [
    [
      'GET',
      '/subscriptions/{sub}/providers/microsoft.machinelearningservices/locations/{location}/mfeoperationsstatus/{id}',
    ],
    [
      'GET',
      '/subscriptions/{sub}/providers/microsoft.machinelearningservices/locations/{location}/mfeoperationresults/{id}',
    ],
  ]),
  ...area('The emulator itself', [
    ['GET', '/'],
    ['GET', '/_emulator/journal'],
    ['GET', '/_emulator/state'],
    ['GET POST DELETE', '/_emulator/faults'],
  ]),
];

/** The coverage as a Markdown table, for the README. */
export function renderCoverage(): string {
  const rows = coverage.map(
    (one) => `| ${one.area} | ${one.methods} | \`${one.path.trim()}\` | ${one.coverage} | ${one.note ?? ''} |`,
  );
  return ['| Area | Methods | Path | Coverage | Note |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}
