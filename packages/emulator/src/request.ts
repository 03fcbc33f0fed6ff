import { type JsonObject, textMember } from './fields.ts';
import type { Platform } from './platform.ts';

/** A request after routing, authentication and reading of the body. */
export interface ServiceRequest {
  method: string;
  /** The path as it was sent. */
  path: string;
  /** The values of the path's parameters, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Headers;
  /** The JSON body; an empty object when there is none. */
  body: JsonObject;
  /** The body as text, for routes that do not take JSON. */
  text: string;
  /** The body as it came. */
  bytes: Uint8Array;
  /** Client id of the caller; empty on open routes. */
  identity: string;
}

/** An answer before the common headers are added. */
export interface Reply {
  status: number;
  body?: object | string | Uint8Array;
  headers?: Record<string, string>;
}

export type Handler = (request: ServiceRequest, platform: Platform) => Reply | Promise<Reply>;

/** Who must show what to use a route, and which error envelope it answers with. */
export type Plane = 'arm' | 'history' | 'mlflow' | 'scoring' | 'ml' | 'open' | 'admin';

/** One operation of the service. The path is in lower case; `:name` is a parameter. */
export interface Route {
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  plane: Plane;
  /** The body is a file: it is not read as JSON. */
  raw?: boolean;
  handle: Handler;
}

const provider = '/subscriptions/:sub/resourcegroups/:rg/providers/microsoft.machinelearningservices';

/** Path of a workspace, as routes write it. */
export const workspacePath = `${provider}/workspaces/:ws`;

/** Path of a registry, as routes write it. */
export const registryPath = `${provider}/registries/:reg`;

/** Path of a registry on the regional management front end, which the official SDK and CLI use instead of ARM. */
export const frontEndRegistryPath = `/mferp/managementfrontend${registryPath}`;

/** A path parameter; empty text when the route has none of that name. */
export function param(request: ServiceRequest, name: string): string {
  return request.params[name] ?? '';
}

/** The workspace a request is about. */
export function workspaceOf(request: ServiceRequest, platform: Platform) {
  return platform.state.workspace(param(request, 'rg'), param(request, 'ws'));
}

/** The api-version of a request; the newest one known when it has none. */
export function apiVersion(request: ServiceRequest): string {
  return request.query.get('api-version') ?? '2025-12-01';
}

/** A text of the body's `properties`. */
export function property(request: ServiceRequest, name: string): string | undefined {
  return textMember(request.body.properties, name);
}

/** 200 with a body. */
export function ok(body: object): Reply {
  return { status: 200, body };
}
