import { ServiceError } from '../errors.ts';
import { isObject, type JsonObject, member, objectMember, stringMap, textMember } from '../fields.ts';
import { findAsset, parseAssetId } from '../state/asset-store.ts';
import type { State } from '../state/state.ts';

/** A component with what it is known by: equal identities mean equal content. */
export interface Component {
  identity: string;
  spec: JsonObject;
}

/** An asset id without the prefix that specs carry: `azureml:/subscriptions/...` becomes `/subscriptions/...`. */
export function plainId(text: string | undefined): string | undefined {
  return text?.replace(/^azureml:(?=\/subscriptions\/)/i, '');
}

/** The id of the component that a node, a trial or a deployment names; undefined when it names none. */
export function componentIdOf(body: unknown): string | undefined {
  const found = textMember(body, 'componentId') ?? textMember(body, 'component');
  return plainId(found);
}

/**
 * The component of a node: by its id in the workspace or a registry, or written out in the node itself.
 * Errors: 404 when the id names nothing, 400 when there is neither.
 */
export function findComponent(state: State, body: unknown, place: string): Component {
  const inline = member(body, 'component');
  if (isObject(inline)) {
    return { identity: JSON.stringify(inline), spec: inline };
  }
  const id = componentIdOf(body);
  if (id === undefined) {
    throw new ServiceError(400, `Request is invalid and/or missing fields. ${place} has no componentId.`);
  }
  const { reference, version } = findAsset(state, id);
  if (parseAssetId(state, id)?.type !== 'components') {
    throw new ServiceError(400, `${place} names ${id}, which is not a component.`);
  }
  const { scope, name } = reference;
  return {
    identity: `${scope.kind}/${scope.guid}/${name}/${version.version}`,
    spec: objectMember(version.properties, 'componentSpec'),
  };
}

/** An input that a component declares. */
export interface DeclaredInput {
  name: string;
  type: string;
  optional: boolean;
  /** Text of the default; undefined when there is none. */
  fallback: string | undefined;
}

/** The inputs that a component declares. */
export function declaredInputs(spec: JsonObject): DeclaredInput[] {
  return Object.entries(objectMember(spec, 'inputs')).map(([name, definition]) => {
    const fallback = member(definition, 'default');
    const optional = member(definition, 'optional');
    return {
      name,
      type: textMember(definition, 'type') ?? 'string',
      optional: optional === true || String(optional).toLowerCase() === 'true',
      fallback: fallback === undefined || fallback === null ? undefined : String(fallback),
    };
  });
}

/** Output types of a component by name. */
export function declaredOutputs(spec: JsonObject): Map<string, string> {
  return new Map(
    Object.entries(objectMember(spec, 'outputs')).map(([name, definition]) => [
      name,
      textMember(definition, 'type') ?? 'uri_folder',
    ]),
  );
}

/** Environment variables of a component, overridden by those of the node. */
export function mergedVariables(spec: JsonObject, body: JsonObject): Record<string, string> {
  const read = (source: JsonObject) =>
    stringMap(member(source, 'environment_variables') ?? member(source, 'environmentVariables'));
  return { ...read(spec), ...read(body) };
}
