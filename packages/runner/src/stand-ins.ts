import type { StandIn } from './stand-in.ts';
import { azureLogin } from './stand-ins/azure-login.ts';
import { checkout } from './stand-ins/checkout.ts';
import { downloadArtifact } from './stand-ins/download-artifact.ts';
import { setupNode } from './stand-ins/setup-node.ts';
import { setupPython } from './stand-ins/setup-python.ts';
import { uploadArtifact } from './stand-ins/upload-artifact.ts';

const standIns: readonly StandIn[] = [checkout, setupNode, setupPython, uploadArtifact, downloadArtifact, azureLogin];

/** The stand-in for `uses: repository/path@any-ref`. */
export function findStandIn(repository: string, path: string): StandIn | undefined {
  return path === '' ? standIns.find((each) => each.name === repository.toLowerCase()) : undefined;
}

export function standInNames(): string[] {
  return standIns.map((each) => each.name);
}
