import type { summary } from './admin.ts';

function escapeHtml(text: unknown): string {
  return String(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function table(heads: string[], rows: unknown[][]): string {
  if (rows.length === 0) {
    return '<p>none</p>';
  }
  const cells = (row: unknown[], tag: string) => row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  return `<table><tr>${cells(heads, 'th')}</tr>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</table>`;
}

function shares(traffic: Record<string, number>): string {
  const text = Object.entries(traffic).map(([name, percent]) => `${name} ${percent} %`);
  return text.length === 0 ? '–' : text.join(', ');
}

type Summary = ReturnType<typeof summary>;

function models(assets: object): unknown[][] {
  const found: unknown = Reflect.get(assets, 'models');
  return Object.entries(found ?? {}).map(([name, versions]) => [
    name,
    Array.isArray(versions) ? versions.join(', ') : '',
  ]);
}

function workspaceSection(workspace: Summary['workspaces'][number]): string {
  const deployments = workspace.onlineEndpoints.flatMap((endpoint) =>
    endpoint.deployments.map((deployment) => [
      endpoint.name,
      deployment.name,
      deployment.provisioningState,
      deployment.requests,
    ]),
  );
  return [
    `<h2>Workspace ${escapeHtml(workspace.name)}</h2>`,
    '<h3>Online endpoints</h3>',
    table(
      ['Endpoint', 'State', 'Traffic', 'Mirrored'],
      workspace.onlineEndpoints.map((e) => [e.name, e.provisioningState, shares(e.traffic), shares(e.mirrorTraffic)]),
    ),
    '<h3>Online deployments</h3>',
    table(['Endpoint', 'Deployment', 'State', 'Requests'], deployments),
    '<h3>Models</h3>',
    table(['Model', 'Versions'], models(workspace.assets)),
    '<h3>Jobs</h3>',
    table(
      ['Job', 'Status', 'Error'],
      workspace.jobs.map((job) => [job.name, job.status, job.error ?? '']),
    ),
  ].join('\n');
}

/** A page that shows what the emulator holds. It has no scripts and no secrets. */
export function renderHomePage(state: Summary): string {
  const registries = state.registries.map(
    (registry) =>
      `<h2>Registry ${escapeHtml(registry.name)}</h2>${table(['Model', 'Versions'], models(registry.assets))}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Azure Machine Learning on this machine</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d2733; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #d6dce3; padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; }
h2 { border-top: 2px solid #1d2733; margin-top: 2rem; padding-top: 0.5rem; }
h3 { margin-bottom: 0.25rem; }
</style>
</head>
<body>
<h1>Azure Machine Learning on this machine</h1>
<p>Subscription ${escapeHtml(state.subscriptionId)}, region ${escapeHtml(state.location)}, ${escapeHtml(state.url)}</p>
${state.workspaces.map(workspaceSection).join('\n')}
${registries.join('\n')}
</body>
</html>
`;
}
