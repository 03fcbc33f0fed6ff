// Writes data/*.csv from an unpacked copy of the npm package vega-datasets. Values are copied as the text they are.
//
//   npm pack vega-datasets@3.2.1 && tar xzf vega-datasets-3.2.1.tgz
//   node scripts/extract-data.mjs package
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which column of which weather station is the series of a circuit. The station's other columns come along. */
const circuits = [
  { circuit: 'PLANT001_CIRCUIT01', location: 'New York', value: 'temp_min' },
  { circuit: 'PLANT001_CIRCUIT02', location: 'New York', value: 'temp_max' },
  { circuit: 'PLANT002_CIRCUIT01', location: 'Seattle', value: 'wind' },
  { circuit: 'PLANT002_CIRCUIT02', location: 'Seattle', value: 'temp_max' },
  { circuit: 'PLANT003_CIRCUIT01', location: 'Seattle', value: 'temp_min' },
];

/** The measured columns of weather.csv; `weather`, the only other one, is derived from them by the source. */
const measured = ['temp_max', 'temp_min', 'precipitation', 'wind'];

const packageFolder = process.argv[2];
if (packageFolder === undefined) {
  console.error('usage: node scripts/extract-data.mjs <folder of the unpacked vega-datasets package>');
  process.exit(2);
}

const source = readFileSync(join(packageFolder, 'data', 'weather.csv'), 'utf8');
const [header, ...lines] = source.trim().split(/\r?\n/);
const names = header.split(',');
const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index], cell])));

const target = join(dirname(fileURLToPath(import.meta.url)), '..', 'data');
for (const { circuit, location, value } of circuits) {
  const others = measured.filter((name) => name !== value);
  const series = rows.filter((row) => row.location === location);
  if (series.length === 0) throw new Error(`weather.csv has no rows of ${location}`);
  const body = series.map((row) => [row.date, row[value], ...others.map((name) => row[name])].join(','));
  writeFileSync(join(target, `${circuit}.csv`), `${['timestamp', 'value', ...others].join(',')}\n${body.join('\n')}\n`);
  console.log(`${circuit}.csv: ${series.length} rows of ${location} ${value}`);
}
