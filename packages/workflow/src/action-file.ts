import { NoOperationTraceWriter } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/index';
import { SwitchyardError } from '@switchyard/domain';
import { readSteps, unsupported } from './read-step.ts';
import { readTokens, throwFirstError } from './read-tokens.ts';
import { entriesOf, find, literalText, type Token, unexpected } from './token.ts';
import type { Step } from './workflow.ts';

/** An `action.yml` as read. */
export interface ActionFile {
  readonly file: string;
  readonly name: string;
  readonly inputs: readonly ActionInput[];
  readonly runs: NodeRuns | CompositeRuns;
}

export interface ActionInput {
  readonly name: string;
  /** GitHub's runner does not enforce it. */
  readonly required: boolean;
  /** May be an expression over github, strategy, matrix, job, runner. */
  readonly default: Token | undefined;
  readonly deprecationMessage: string | undefined;
}

/** Paths are relative to the folder of the action file. */
export interface NodeRuns {
  readonly kind: 'node';
  readonly using: string;
  readonly main: string;
  readonly pre: string | undefined;
  readonly preIf: Token | undefined;
  readonly post: string | undefined;
  readonly postIf: Token | undefined;
}

export interface CompositeRuns {
  readonly kind: 'composite';
  readonly steps: readonly Step[];
  readonly outputs: readonly ActionOutput[];
}

export interface ActionOutput {
  readonly name: string;
  readonly value: Token;
}

/**
 * Reads an `action.yml`. `file` is the path shown in errors.
 *
 * @throws SwitchyardError with the place of the first mistake; container actions are refused by name.
 */
export function readActionFile(content: string, file: string): ActionFile {
  const { context, value } = parseAction({ name: file, content }, new NoOperationTraceWriter());
  throwFirstError(context, file);
  if (!value) throw new SwitchyardError({ code: 'ACTION_FILE_EMPTY', seen: `${file} is empty`, expected: 'an action' });
  const root = readTokens(value, file, content);
  return {
    file,
    name: literalText(find(root, 'name'), '`name`') ?? file,
    inputs: entriesOf(find(root, 'inputs'), '`inputs`').map(({ key, value: input }) => ({
      name: key,
      required: literalText(find(input, 'required'), '`required`') === 'true',
      default: find(input, 'default'),
      deprecationMessage: literalText(find(input, 'deprecationMessage'), '`deprecationMessage`'),
    })),
    runs: readRuns(root),
  };
}

function readRuns(root: Token): NodeRuns | CompositeRuns {
  const runs = find(root, 'runs');
  const usingToken = find(runs, 'using');
  const using = literalText(usingToken, '`using`') ?? '';
  if (using === 'composite') {
    const outputs = entriesOf(find(root, 'outputs'), '`outputs`').flatMap((entry) => {
      const output = find(entry.value, 'value');
      return output ? [{ name: entry.key, value: output }] : [];
    });
    return { kind: 'composite', steps: readSteps(find(runs, 'steps')), outputs };
  }
  if (/^node(12|16|20|24)$/.test(using)) {
    const main = literalText(find(runs, 'main'), '`main`');
    if (main === undefined) throw unexpected(runs ?? root, '`runs`', 'a mapping with `main`');
    return {
      kind: 'node',
      using,
      main,
      pre: literalText(find(runs, 'pre'), '`pre`'),
      preIf: find(runs, 'pre-if'),
      post: literalText(find(runs, 'post'), '`post`'),
      postIf: find(runs, 'post-if'),
    };
  }
  throw unsupported(`\`using: ${using}\``, usingToken?.position ?? root.position, 'use `node24` or `composite`');
}
