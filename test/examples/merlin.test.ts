import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../cli/files.ts';
import { run } from '../../cli/run.ts';

interface Finding { id: string; level: string }

async function check(path: string): Promise<{ code: number; findings: Finding[] }> {
  let output = '';
  const stdout = { write: (data: string | Uint8Array) => { output += data.toString(); } };
  const stderr = { write: () => undefined };
  const io = { stdout, stderr, cwd: process.cwd(), env: {}, isTTY: false, columns: 80, files: nodeFiles };
  const code = await run(['check', '--format', 'json', path], io);
  const { findings } = JSON.parse(output) as { findings: Finding[] };
  return { code, findings: findings.map(({ id, level }) => ({ id, level })) };
}

function installed(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What dtc says about a board, as the kernel's build runs it. */
function dtc(board: string): string {
  const preprocessed = execFileSync('cpp', ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', board]);
  const { stderr, status } = spawnSync('dtc', ['-O', 'dtb', '-o', '/dev/null', '-'], { input: preprocessed, encoding: 'utf8' });
  return status === 0 ? stderr : `dtc failed: ${stderr}`;
}

describe('the example boards', () => {
  const boards = readdirSync('examples/merlin').filter((name) => name.endsWith('.dts'));

  it.each(boards)('%s has nothing wrong with it', async (board) => {
    expect(await check(`examples/merlin/${board}`)).toEqual({ code: 0, findings: [] });
  });

  it.skipIf(!installed('dtc') || !installed('cpp')).each(boards)('%s has nothing wrong for dtc either', (board) => {
    expect(dtc(`examples/merlin/${board}`)).toBe('');
  });
});

describe('the board with mistakes', () => {
  it('has each of them found, in the order of its lines', async () => {
    const { code, findings } = await check('examples/faults/faulty-evk.dts');
    expect(code).toBe(1);
    expect(findings.map(({ id, level }) => `${level} ${id}`)).toMatchInlineSnapshot(`
      [
        "warning iommu-property-name",
        "error smmu-interrupt-names",
        "error smmu-reg",
        "error iommus-length",
        "error iommus-length",
        "error smmu-stream-shared",
        "error iommus-target",
        "information rid-map-coverage",
        "error rid-map-overlap",
        "warning rid-map-mask-folds",
        "warning rid-map-mask-pair",
      ]
    `);
  });
});
