import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/bin'];

/** The first Node of a major version on this machine: `{ path, version }`, or nothing. */
export function findNode(major) {
  const paths = [process.execPath, ...folders.map((folder) => join(folder, 'node'))].filter((path) => existsSync(path));
  for (const path of new Set(paths.map((each) => realpathSync(each)))) {
    const { stdout } = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    const version = (stdout ?? '').trim();
    if (version.startsWith(`${major}.`)) return { path, version };
  }
  return undefined;
}
