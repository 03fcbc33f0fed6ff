import type { summary } from './admin.ts';

function escapeHtml(text: unknown): string {
  return String(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A cell that is HTML already. */
interface Markup {
  html: string;
}

type Cell = string | number | Markup;

function cell(value: Cell): string {
  return typeof value === 'object' ? value.html : escapeHtml(value);
}

function table(heads: string[], rows: Cell[][]): string {
  if (rows.length === 0) {
    return '<p class="none">none</p>';
  }
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((value) => `<td>${cell(value)}</td>`).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

/** A status word with its colour. */
function status(word: string): Markup {
  const good = ['Completed', 'Succeeded'].includes(word);
  const bad = ['Failed', 'NotResponding'].includes(word);
  const kind = good ? 'good' : bad ? 'bad' : word === 'Canceled' ? 'idle' : 'busy';
  return { html: `<span class="status ${kind}">${escapeHtml(word)}</span>` };
}

/** The split of an endpoint as a bar, with the same in words for those who cannot see it. */
function bar(traffic: Record<string, number>): Markup {
  const parts = Object.entries(traffic).filter(([, percent]) => percent > 0);
  if (parts.length === 0) {
    return { html: '<span class="none">no traffic</span>' };
  }
  const words = parts.map(([name, percent]) => `${name} ${percent} %`);
  const pieces = parts.map(
    ([name, percent], index) =>
      `<span class="part part-${index % 4}" style="width:${percent}%" data-deployment="${escapeHtml(name)}" data-percent="${percent}"></span>`,
  );
  const label = escapeHtml(words.join(', '));
  return { html: `<div class="bar" role="img" aria-label="${label}">${pieces.join('')}</div><small>${label}</small>` };
}

type Summary = ReturnType<typeof summary>;
type WorkspaceSummary = Summary['workspaces'][number];

function models(assets: object): Cell[][] {
  const found: unknown = Reflect.get(assets, 'models');
  return Object.entries(found ?? {}).map(([name, versions]) => [
    name,
    Array.isArray(versions) ? versions.join(', ') : '',
  ]);
}

const shownJobs = 200;

function jobRows(jobs: WorkspaceSummary['jobs']): Cell[][] {
  const roots = jobs
    .filter(({ parent }) => parent === null)
    .slice(-shownJobs)
    .reverse();
  const row = (job: WorkspaceSummary['jobs'][number], depth: number): Cell[][] => [
    [
      {
        html: `<span id="job-${escapeHtml(job.name)}" class="depth-${Math.min(depth, 3)}">${escapeHtml(depth === 0 ? job.name : `${job.displayName} (${job.name})`)}</span>`,
      },
      job.jobType,
      status(job.status),
      job.error ?? '',
    ],
    ...jobs.filter(({ parent }) => parent === job.name).flatMap((child) => row(child, depth + 1)),
  ];
  return roots.flatMap((job) => row(job, 0));
}

function counts(jobs: WorkspaceSummary['jobs']): string {
  const found = new Map<string, number>();
  for (const { status: word } of jobs) {
    found.set(word, (found.get(word) ?? 0) + 1);
  }
  return [...found].map(([word, count]) => `${count} ${word}`).join(', ');
}

function endpoints(workspace: WorkspaceSummary): string {
  const deployments = workspace.onlineEndpoints.flatMap((endpoint) =>
    endpoint.deployments.map((deployment): Cell[] => [
      endpoint.name,
      deployment.name,
      status(deployment.provisioningState),
      String(deployment.model ?? ''),
      deployment.requests,
    ]),
  );
  return [
    '<h3>Online endpoints</h3>',
    table(
      ['Endpoint', 'State', 'Traffic', 'Mirrored'],
      workspace.onlineEndpoints.map((e) => [e.name, status(e.provisioningState), bar(e.traffic), bar(e.mirrorTraffic)]),
    ),
    '<h3>Online deployments</h3>',
    table(['Endpoint', 'Deployment', 'State', 'Model', 'Requests'], deployments),
    '<h3>Batch endpoints</h3>',
    table(
      ['Endpoint', 'State', 'Default', 'Deployments'],
      workspace.batchEndpoints.map((e) => [
        e.name,
        status(e.provisioningState),
        String(Reflect.get(Object(e.defaults), 'deploymentName') ?? 'none'),
        e.deployments.join(', '),
      ]),
    ),
  ].join('\n');
}

function workspaceSection(workspace: WorkspaceSummary): string {
  return [
    `<section aria-label="Workspace ${escapeHtml(workspace.name)}">`,
    `<h2>Workspace ${escapeHtml(workspace.name)}</h2>`,
    endpoints(workspace),
    '<h3>Models</h3>',
    table(['Model', 'Versions'], models(workspace.assets)),
    `<h3>Jobs</h3><p>${escapeHtml(counts(workspace.jobs))}</p>`,
    table(['Job', 'Kind', 'Status', 'Error'], jobRows(workspace.jobs)),
    '</section>',
  ].join('\n');
}

function registrySection(registry: Summary['registries'][number]): string {
  const heads = ['Model', 'Versions'];
  return `<section aria-label="Registry ${escapeHtml(registry.name)}"><h2>Registry ${escapeHtml(registry.name)}</h2><h3>Models</h3>${table(heads, models(registry.assets))}</section>`;
}

const style = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1d2733; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #d6dce3; padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
h2 { border-top: 2px solid #1d2733; margin-top: 2rem; padding-top: 0.5rem; }
h3 { margin-bottom: 0.25rem; }
.none { color: #5b6775; }
.status { padding: 0 0.4rem; border-radius: 0.25rem; background: #e4e8ee; }
.status.good { background: #d8f0dd; } .status.bad { background: #fbdcd9; } .status.busy { background: #dbe9fb; }
.bar { display: flex; height: 0.9rem; min-width: 12rem; background: #e4e8ee; border-radius: 0.25rem; overflow: hidden; }
.part-0 { background: #2f6fb5; } .part-1 { background: #3b9a5f; } .part-2 { background: #b5702f; } .part-3 { background: #7a4fb0; }
.depth-1 { padding-left: 1.5rem; } .depth-2 { padding-left: 3rem; } .depth-3 { padding-left: 4.5rem; }
`;

/** A page that shows what the emulator holds. It has no scripts and no secrets. */
export function renderHomePage(state: Summary): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Azure Machine Learning on this machine</title>
<style>${style}</style>
</head>
<body>
<h1>Azure Machine Learning on this machine</h1>
<p>Subscription ${escapeHtml(state.subscriptionId)}, region ${escapeHtml(state.location)}, ${escapeHtml(state.url)}</p>
${state.workspaces.map(workspaceSection).join('\n')}
${state.registries.map(registrySection).join('\n')}
</body>
</html>
`;
}
