import { runAction } from '@switchyard/action-kit';
import { promoteToRegistry } from './main.ts';

await runAction(promoteToRegistry);
