import { type SourcePosition, SwitchyardError, SwitchyardErrors } from '@switchyard/domain';
import type { CompileWarning, WarningCode } from './document.ts';

export type YamlErrorCode =
  | 'YAML_SYNTAX'
  | 'YAML_EMPTY'
  | 'YAML_TEMPLATE_UNFILLED'
  | 'YAML_SET_INVALID'
  | 'YAML_KIND_UNKNOWN'
  | 'YAML_KIND_UNSUPPORTED'
  | 'YAML_KIND_UNEXPECTED'
  | 'YAML_KEY_MISSING'
  | 'YAML_KEYS_EXCLUSIVE'
  | 'YAML_NOT_SUPPORTED'
  | 'YAML_TYPE_WRONG'
  | 'YAML_VALUE_EMPTY'
  | 'YAML_VALUE_NOT_ALLOWED'
  | 'YAML_VALUE_OUT_OF_RANGE'
  | 'YAML_NAME_INVALID'
  | 'YAML_REFERENCE_INVALID'
  | 'YAML_TRAFFIC_INVALID'
  | 'YAML_FILE_UNREADABLE'
  | 'YAML_PLACEHOLDER_UNFILLED';

export interface Mistake {
  readonly code: YamlErrorCode;
  readonly seen: string;
  readonly expected?: string;
  readonly next?: string;
  readonly position: SourcePosition;
  readonly cause?: unknown;
}

/** Collects the mistakes of one reading, so that one run shows them all. */
export class Problems {
  readonly #errors: SwitchyardError[] = [];
  readonly warnings: CompileWarning[] = [];

  mistake(mistake: Mistake): void {
    this.#errors.push(new SwitchyardError(mistake));
  }

  /** Takes over the mistakes of another file. */
  add(errors: readonly SwitchyardError[]): void {
    this.#errors.push(...errors);
  }

  warn(code: WarningCode, message: string, position: SourcePosition): void {
    this.warnings.push({ code, message, position });
  }

  /** @throws SwitchyardErrors in the order of the file, when there was any mistake. */
  throwIfAny(): void {
    if (this.#errors.length > 0) this.fail();
  }

  /** @throws SwitchyardErrors in the order of the file. */
  fail(): never {
    const place = ({ position }: SwitchyardError) => (position ? position.line * 100_000 + position.column : 0);
    throw new SwitchyardErrors([...this.#errors].sort((a, b) => place(a) - place(b)));
  }
}
