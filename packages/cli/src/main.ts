import { errorText, SwitchyardError } from '@switchyard/domain';
import { actionCommand, actionCommands } from './commands/action.ts';
import { type CommandIo, standardIo } from './io.ts';
import { readVersion } from './version.ts';

const usage = `switchyard: model CI/CD for Azure Machine Learning

  switchyard emulator start    Azure ML on this machine
  switchyard compile FILE      the REST resource an az ml document stands for
  switchyard lint FILE...      what the service would drop or misread in az ml documents
  switchyard run FILE          run a workflow file on this machine
  switchyard demo              the whole line, from a change to a rollback
  switchyard detect | train | gate | promote | deploy | rollback
                               what the action of that name does, here; each takes --help

  --help, --version`;

/** Runs the command line and ends the process with an exit code of docs/local.md. */
export async function main(argv: readonly string[], io: CommandIo = standardIo): Promise<void> {
  process.exitCode = await runCommandLine(argv, io);
}

async function runCommandLine(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    io.err(
      isUsageError(error) ? `CLI_OPTION_INVALID: ${errorText(error)}; run the command with --help` : errorText(error),
    );
    return 1;
  }
}

function isUsageError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

// Each command is imported when it is asked for: the light ones start fast.
async function dispatch([command, ...rest]: readonly string[], io: CommandIo): Promise<number> {
  const action = actionCommands[command ?? ''];
  if (action !== undefined) return actionCommand(action, rest, io);
  switch (command) {
    case 'emulator':
      return (await import('./commands/emulator.ts')).emulatorCommand(rest, io);
    case 'compile':
      return (await import('./commands/compile.ts')).compileCommand(rest, io);
    case 'lint':
      return (await import('./commands/lint.ts')).lintCommand(rest, io);
    case 'run':
      return (await import('./commands/run.ts')).runCommand([...rest], io);
    case 'demo':
      return (await import('./commands/demo.ts')).demoCommand(rest, io);
    case '--version':
      io.out(readVersion());
      return 0;
    case undefined:
    case '--help':
    case '-h':
      io.out(usage);
      return command === undefined ? 1 : 0;
    default:
      throw new SwitchyardError({
        code: 'CLI_UNKNOWN_COMMAND',
        seen: `"${command}"`,
        expected: `one of emulator, compile, lint, run, demo, ${Object.keys(actionCommands).join(', ')}`,
        next: 'run "switchyard --help"',
      });
  }
}
