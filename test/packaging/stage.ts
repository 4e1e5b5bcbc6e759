/**
 * A copy of what can be packaged, in a folder of its own: packaging it runs no build, which other
 * tests would meet half done. Everything in the checkout's folders is there, so that a test sees what
 * the package's own list of files lets in.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };

const LEFT_OUT = new Set(['node_modules', '.git', 'out', 'lib']);

/** Makes the copy; the scripts that would build are taken out of its package.json. */
export function stage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vsmmu-package-'));
  for (const name of readdirSync('.').filter((one) => !LEFT_OUT.has(one))) cpSync(name, join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, scripts: {} }, null, 2));
  // What must never be packaged is there too, to be left out.
  mkdirSync(join(folder, 'node_modules/some-package'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/some-package/package.json'), '{ "name": "some-package", "version": "1.0.0" }');
  return folder;
}
