/** Cause and next step of the codes that operations of endpoints and deployments end with (troubleshooting page of Azure ML). */
export interface DeploymentFailure {
  readonly cause: string;
  readonly next: string;
  /** True when the same request may succeed later without a change. */
  readonly retry: boolean;
}

const logs = "read the container's log above";

export const deploymentFailures: Readonly<Record<string, DeploymentFailure>> = {
  ImageBuildFailure: {
    cause: 'the image could not be built',
    next: 'read the build log; check the conda file and the rights on the container registry',
    retry: false,
  },
  OutOfQuota: {
    cause: 'cores, disk or endpoints are used up',
    next: 'delete idle deployments, take another instance_type, or ask for quota (20 % more than the instances is counted)',
    retry: false,
  },
  BadArgument: {
    cause: 'the scoring code, the model or the machine size is not usable',
    next: `${logs}; try the scoring script on a laptop first`,
    retry: false,
  },
  ResourceNotReady: {
    cause: 'the container did not become ready',
    next: `${logs}; init() may fail or take longer than the probes allow`,
    retry: false,
  },
  ResourceNotFound: {
    cause: 'the model, the image or the registry is missing',
    next: 'check the ids in the deployment and that the endpoint may read them',
    retry: false,
  },
  WorkspaceManagedNetworkNotReady: {
    cause: "the workspace's managed network is not there yet",
    next: 'provision the managed network, then run again',
    retry: true,
  },
  OperationCanceled: {
    cause: 'a more important operation took over',
    next: 'wait a minute and run again',
    retry: true,
  },
  OperationCancelled: {
    cause: 'a more important operation took over',
    next: 'wait a minute and run again',
    retry: true,
  },
  SecretsInjectionError: {
    cause: "the endpoint's identity may not read a connection or secret",
    next: 'give its identity the right before deploying',
    retry: false,
  },
  InternalServerError: {
    cause: 'the platform failed',
    next: 'run again; give the request id to Azure support if it repeats',
    retry: true,
  },
  ACRSecretError: {
    cause: 'the cluster has no access to the container registry',
    next: 'check the registry and the extension of the cluster',
    retry: false,
  },
  TokenRefreshFailed: {
    cause: 'the cluster could not renew its token',
    next: 'check the extension of the cluster',
    retry: true,
  },
  GetAADTokenFailed: {
    cause: 'the cluster got no Entra token',
    next: 'check outbound network of the cluster',
    retry: true,
  },
  ACRAuthenticationChallengeFailed: {
    cause: 'the container registry did not answer the sign-in',
    next: 'check network from the cluster to the registry',
    retry: true,
  },
  ImagePullLoopBackOff: {
    cause: 'the image cannot be pulled',
    next: 'check image name, network and pull rights',
    retry: false,
  },
  DeploymentCrashLoopBackOff: { cause: 'the container crashes at start', next: logs, retry: false },
  KubernetesCrashLoopBackOff: { cause: 'the container crashes at start', next: logs, retry: false },
  NamespaceNotFound: { cause: 'the namespace of the cluster is missing', next: 'create the namespace', retry: false },
  EndpointAlreadyExists: {
    cause: 'the name is taken in this region',
    next: 'take another name, or wait when it was deleted just now',
    retry: false,
  },
  ScoringFeUnhealthy: {
    cause: "the cluster's front end is unhealthy",
    next: 'check the extension of the cluster',
    retry: true,
  },
  ValidateScoringFailed: { cause: 'the container answered the test request with an error', next: logs, retry: false },
  InvalidDeploymentSpec: {
    cause: 'the deployment is not valid for this cluster',
    next: 'correct the deployment',
    retry: false,
  },
  PodUnschedulable: { cause: 'no node has room', next: 'take a smaller instance type or add nodes', retry: true },
  PodOutOfMemory: { cause: 'the container ran out of memory', next: 'take a larger instance_type', retry: false },
  InferencingClientCallFailed: { cause: 'an inner service did not answer', next: 'run again', retry: true },
  UserScriptInitFailed: { cause: 'init() of the scoring script failed', next: logs, retry: false },
  UserScriptImportError: {
    cause: 'the scoring script could not be imported',
    next: `${logs}; a package may be missing in the environment`,
    retry: false,
  },
  UserScriptFunctionNotFound: {
    cause: 'the scoring script has no init() or run()',
    next: 'define both functions',
    retry: false,
  },
};
