import { type SourcePosition, SwitchyardError } from '@switchyard/domain';
import { evaluateToken, type Scope, type Value, valueText } from './expression.ts';
import type { InputDefinition } from './workflow.ts';

export interface GivenInputs {
  readonly definitions: readonly InputDefinition[];
  readonly given: Readonly<Record<string, Value>>;
  /** Who asks, for errors: a called file, or `workflow_dispatch`. */
  readonly what: string;
  /** For default values that are expressions. */
  readonly scope: Scope;
  readonly position?: SourcePosition;
}

/**
 * Typed values of a workflow's inputs. An undeclared input, a missing required one and a value of the wrong type
 * are errors. What is not given is its default, else `''`, `false` or `0`.
 */
export function resolveInputs(request: GivenInputs): Record<string, Value> {
  const { definitions, given, what } = request;
  const position = request.position ? { position: request.position } : {};
  for (const name of Object.keys(given)) {
    if (!definitions.some((each) => each.name === name)) {
      throw new SwitchyardError({
        code: 'WORKFLOW_INPUT_UNKNOWN',
        seen: `input '${name}' is not defined in ${what}`,
        expected: definitions.length > 0 ? definitions.map((each) => each.name).join(', ') : 'no inputs',
        ...position,
      });
    }
  }
  return Object.fromEntries(
    definitions.map((definition) => {
      const value = given[definition.name];
      if (value !== undefined) return [definition.name, convert(definition, value, request)];
      if (definition.default) {
        return [definition.name, convert(definition, evaluateToken(definition.default, request.scope), request)];
      }
      if (definition.required) {
        throw new SwitchyardError({
          code: 'WORKFLOW_INPUT_MISSING',
          seen: `input '${definition.name}' is required by ${what}, but not given`,
          ...position,
        });
      }
      return [definition.name, emptyValue(definition)];
    }),
  );
}

function emptyValue(definition: InputDefinition): Value {
  if (definition.type === 'boolean') return false;
  if (definition.type === 'number') return 0;
  return '';
}

function convert(definition: InputDefinition, value: Value, request: GivenInputs): Value {
  const text = valueText(value);
  switch (definition.type) {
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      throw wrongType(definition, text, '`true` or `false`', request);
    case 'number':
      if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
      throw wrongType(definition, text, 'a number', request);
    case 'choice':
      if (definition.options.includes(text)) return text;
      throw wrongType(definition, text, definition.options.join(', '), request);
    default:
      return text;
  }
}

function wrongType(definition: InputDefinition, text: string, expected: string, request: GivenInputs) {
  return new SwitchyardError({
    code: 'WORKFLOW_INPUT_INVALID',
    seen: `input '${definition.name}' of ${request.what} is '${text}'`,
    expected,
    ...(request.position ? { position: request.position } : {}),
  });
}
