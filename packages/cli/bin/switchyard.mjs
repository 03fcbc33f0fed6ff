#!/usr/bin/env node
// Starts the command. GitHub's workflow packages import JSON without an attribute, which plain Node refuses: the hook
// must be in place before anything else is loaded.
import { registerJsonImports } from '@switchyard/workflow/json-imports';

registerJsonImports();
const { main } = await import('../lib/main.js');
await main(process.argv.slice(2));
