import { runAction } from '@switchyard/action-kit';
import { compareGate } from './main.ts';

await runAction(compareGate);
