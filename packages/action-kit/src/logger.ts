import * as core from '@actions/core';
import type { Logger } from '@switchyard/domain';

/** Writes to the step's log with GitHub's workflow commands. */
export const actionsLogger: Logger = {
  debug: core.debug,
  info: core.info,
  notice: (message) => core.notice(message),
  warning: (message) => core.warning(message),
  group: (title, work) => core.group(title, work),
};
