import { runAction } from '@switchyard/action-kit';
import { rollback } from './main.ts';

await runAction(rollback);
