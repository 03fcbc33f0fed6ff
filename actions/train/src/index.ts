import { runAction } from '@switchyard/action-kit';
import { train } from './main.ts';

await runAction(train);
