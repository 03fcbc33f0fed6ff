export { type EnvironmentDocument, environmentReference, readEnvironmentDocument } from './environment-document.ts';
export { observeEndpoint } from './observe-endpoint.ts';
export { type AzurePlaces, openAzure } from './open-azure.ts';
export { openProject, type Project } from './open-project.ts';
export { type ProbeResult, probe } from './probe.ts';
export { setArguments } from './set-arguments.ts';
