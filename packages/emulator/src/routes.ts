import { adminRoutes } from './handlers/admin.ts';
import { assetRoutes } from './handlers/assets.ts';
import { batchDeploymentRoutes } from './handlers/batch-deployments.ts';
import { batchEndpointRoutes } from './handlers/batch-endpoints.ts';
import { batchInvokeRoutes } from './handlers/batch-invoke.ts';
import { endpointKeyRoutes } from './handlers/endpoint-keys.ts';
import { historyRoutes } from './handlers/history.ts';
import { jobRoutes } from './handlers/jobs.ts';
import { metadataRoutes } from './handlers/metadata.ts';
import { metricRoutes } from './handlers/metrics.ts';
import { mlflowRoutes } from './handlers/mlflow.ts';
import { mlflowArtifactRoutes } from './handlers/mlflow-artifacts.ts';
import { onlineDeploymentRoutes } from './handlers/online-deployments.ts';
import { onlineEndpointRoutes } from './handlers/online-endpoints.ts';
import { operationRoutes } from './handlers/operations.ts';
import { publishRoutes } from './handlers/publish.ts';
import { quotaRoutes } from './handlers/quota.ts';
import { registryRoutes } from './handlers/registries.ts';
import { runArtifactRoutes } from './handlers/run-artifacts.ts';
import { scheduleRoutes } from './handlers/schedules.ts';
import { scoringRoutes } from './handlers/scoring.ts';
import { tokenRoutes } from './handlers/token.ts';
import { uploadRoutes } from './handlers/uploads.ts';
import { workspaceRoutes } from './handlers/workspaces.ts';
import type { Route } from './request.ts';

/** Every operation that the emulator serves. */
export const routes: Route[] = [
  ...metadataRoutes,
  ...adminRoutes,
  ...workspaceRoutes,
  ...assetRoutes,
  ...uploadRoutes,
  ...publishRoutes,
  ...registryRoutes,
  ...jobRoutes,
  ...scheduleRoutes,
  ...quotaRoutes,
  ...operationRoutes,
  ...historyRoutes,
  ...mlflowRoutes,
  ...mlflowArtifactRoutes,
  ...runArtifactRoutes,
  ...onlineEndpointRoutes,
  ...endpointKeyRoutes,
  ...onlineDeploymentRoutes,
  ...scoringRoutes,
  ...metricRoutes,
  ...batchEndpointRoutes,
  ...batchDeploymentRoutes,
  ...batchInvokeRoutes,
  ...tokenRoutes,
];
