// biome-ignore-all lint/style/noProcessEnv: a test action reads what the runner gives it
import { env } from 'node:process';

console.log(`post of ${env.STATE_greeted}`);
