/** A size of virtual machine. */
export interface VmSize {
  name: string;
  family: string;
  cores: number;
  gpus: number;
  memoryGB: number;
}

const rows: [name: string, family: string, cores: number, gpus: number, memoryGB: number][] = [
  ['Standard_DS1_v2', 'standardDSv2Family', 1, 0, 3.5],
  ['Standard_DS2_v2', 'standardDSv2Family', 2, 0, 7],
  ['Standard_DS3_v2', 'standardDSv2Family', 4, 0, 14],
  ['Standard_DS4_v2', 'standardDSv2Family', 8, 0, 28],
  ['Standard_DS5_v2', 'standardDSv2Family', 16, 0, 56],
  ['Standard_D2as_v4', 'standardDASv4Family', 2, 0, 8],
  ['Standard_D4as_v4', 'standardDASv4Family', 4, 0, 16],
  ['Standard_E2s_v3', 'standardESv3Family', 2, 0, 16],
  ['Standard_E4s_v3', 'standardESv3Family', 4, 0, 32],
  ['Standard_E8s_v3', 'standardESv3Family', 8, 0, 64],
  ['Standard_F2s_v2', 'standardFSv2Family', 2, 0, 4],
  ['Standard_F4s_v2', 'standardFSv2Family', 4, 0, 8],
  ['Standard_F8s_v2', 'standardFSv2Family', 8, 0, 16],
  ['Standard_F16s_v2', 'standardFSv2Family', 16, 0, 32],
  ['Standard_F32s_v2', 'standardFSv2Family', 32, 0, 64],
  ['Standard_NC4as_T4_v3', 'standardNCASv3_T4Family', 4, 1, 28],
  ['Standard_NC6s_v3', 'standardNCSv3Family', 6, 1, 112],
  ['Standard_NC24ads_A100_v4', 'standardNCADSA100v4Family', 24, 1, 220],
];

/** The sizes that the list of a region shows. */
export const vmSizes: VmSize[] = rows.map(([name, family, cores, gpus, memoryGB]) => ({
  name,
  family,
  cores,
  gpus,
  memoryGB,
}));

/** A size by its name. The cores of a name that is not in the table are read from it: `Standard_D16s_v5` has 16. */
export function vmSize(name: string): VmSize {
  const known = vmSizes.find((size) => size.name.toLowerCase() === name.toLowerCase());
  if (known !== undefined) {
    return known;
  }
  const [, letters = 'D', digits = '4', rest = ''] = /^standard_([a-z]+)(\d+)(.*)$/i.exec(name) ?? [];
  const family = `standard${letters}${rest.replaceAll('_', '')}Family`;
  return { name, family, cores: Number(digits), gpus: 0, memoryGB: 4 * Number(digits) };
}

/** Cores that a deployment takes from the quota: a fifth of the instances, rounded up, is held back for upgrades. */
export function reservedCores(size: string, instances: number): number {
  // In tenths, because 1.2 x 5 is a little more than 6 in floating point.
  return vmSize(size).cores * Math.ceil((12 * instances) / 10);
}
