// Strips types with Node's own stripper: no build before a test run, exact lines and columns in stack traces.
import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

const run = (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) });

export default {
  canInstrument: false,
  process: run,
  processAsync: async (source) => run(source),
  getCacheKey: (source, path, options) =>
    createHash('sha1')
      .update(source)
      .update(path)
      .update(process.version)
      .update(String(options.instrument))
      .digest('hex'),
};
