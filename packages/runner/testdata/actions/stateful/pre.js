// biome-ignore-all lint/style/noProcessEnv: a test action reads what the runner gives it
import { appendFileSync } from 'node:fs';
import { env } from 'node:process';

appendFileSync(env.GITHUB_STATE, 'pre=seen\n');
console.log(`pre ${env.INPUT_NAME}`);
