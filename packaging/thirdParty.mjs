// What of other people is in the bundles, as esbuild reports it: dist/THIRD_PARTY.txt has the text of
// each licence, dist/sbom.cdx.json is the bill of materials (CycloneDX 1.6). Nothing in either depends
// on when or where the build runs.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The packages that went into bundles, by name, from esbuild's metafiles. */
function packagesOf(metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const path of Object.keys(inputs)) {
      const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
      if (found !== null) folders.add(found[1]);
    }
  }
  return [...folders].sort().map((folder) => ({ folder, ...JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }));
}

function licenseText({ folder, name }) {
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence file`);
  return readFileSync(join(folder, file), 'utf8').trim();
}

function component({ folder, name, version, license }, lock) {
  const integrity = lock.packages[folder]?.integrity;
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type: 'library', 'bom-ref': purl, name, version, purl, licenses: [{ license: { id: license } }],
    ...(integrity === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex') }] }),
  };
}

/** Writes both files. */
export function writeThirdParty(metafiles, folder) {
  const packages = packagesOf(metafiles);
  const own = JSON.parse(readFileSync('package.json', 'utf8'));
  const lock = existsSync('package-lock.json') ? JSON.parse(readFileSync('package-lock.json', 'utf8')) : { packages: {} };
  const intro = `${own.displayName} contains the following packages under the licences given here.`;
  const texts = packages.map((one) => `${'='.repeat(80)}\n${one.name} ${one.version} (${one.license})\n\n${licenseText(one)}\n`);
  writeFileSync(join(folder, 'THIRD_PARTY.txt'), [`${intro}\n`, ...texts].join('\n'));
  const components = packages.map((one) => component(one, lock));
  const purl = `pkg:npm/${own.name}@${own.version}`;
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify({
    bomFormat: 'CycloneDX', specVersion: '1.6', version: 1,
    metadata: { component: { type: 'application', 'bom-ref': purl, name: own.name, version: own.version, purl, licenses: [{ license: { id: own.license } }] } },
    components,
    dependencies: [{ ref: purl, dependsOn: components.map((one) => one['bom-ref']) }, ...components.map((one) => ({ ref: one['bom-ref'] }))],
  }, null, 2)}\n`);
}
