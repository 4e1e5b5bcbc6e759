import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../cli/files.ts';
import { run } from '../../cli/run.ts';
import { testIo } from './support.ts';

describe('vsmmu start', () => {
  it('checks the example, shows its streams and the faulty one, and says what next', async () => {
    const io = testIo({}, { files: nodeFiles, script: resolve('dist/vsmmu.js'), cwd: '/' });
    expect(await run(['start'], io)).toBe(0);
    const [check, streams, faulty] = io.out().split(/^\$ /m).slice(1);
    expect(check).toContain('no problems, 1 tree checked');
    expect(streams).toMatch(/Arm SMMUv3 at 0x\w+, \d+ masters/);
    expect(faulty).toMatch(/\d+ errors/);
    expect(faulty).toContain('code --extensionDevelopmentPath=');
  });

  it('takes no arguments', async () => {
    expect(await run(['start', 'x'], testIo())).toBe(2);
  });
});
