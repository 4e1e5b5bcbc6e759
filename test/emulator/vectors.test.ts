import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ABORT, encode, fromNumber, Machine, OK, parseU64, PRIVILEGED, READ, registerNamed, requestOf, Response, STALLED, u64, WRITE, hexOfWords,
  type IdRegisters, type PolicyName,
} from '../../emulator/index.ts';

interface Case { name: string; sid: string; ssid?: string; va: string; rnw?: number; priv?: number; result: string; pa: string | null; event: string[] | null }
interface Vectors { strtab_base: number; strtab_base_cfg: number; mem: Record<string, string>; cases: Case[] }

const PATH = new URL('../fixtures/smmuv3/architecture.json', import.meta.url);
const EVENTQ = 0x7000_0000;

/** The SMMU of the vectors: both stages, 48 bits, 16-bit StreamIDs, stalls and both terminations. */
const IDS: IdRegisters = {
  IDR0: encode(registerNamed('IDR0')!.layout, { S1P: 1, S2P: 1, TTF: 2, ASID16: 1, VMID16: 1, CD2L: 1, ST_LEVEL: 1, COHACC: 1 })[0]!,
  IDR1: encode(registerNamed('IDR1')!.layout, { SIDSIZE: 16, SSIDSIZE: 12, CMDQS: 10, EVENTQS: 10, ATTR_TYPES_OVR: 1, ATTR_PERMS_OVR: 1 })[0]!,
  IDR3: 0x14, IDR5: encode(registerNamed('IDR5')!.layout, { OAS: 5, GRAN4K: 1, GRAN16K: 1, GRAN64K: 1, STALL_MAX: 16 })[0]!, AIDR: 1,
};

function machine(vectors: Vectors, policy: PolicyName): Machine {
  const made = new Machine({ regions: [{ name: 'ram', kind: 'ram', base: 0x4000_0000, size: 0x4000_0000 }], smmus: [{ model: IDS, policy }] });
  for (const [at, value] of Object.entries(vectors.mem)) expect(made.memory.store(parseU64(at)!, parseU64(value)!)).toBe(true);
  const smmu = made.smmus[0]!;
  smmu.writeRegister(0x80, 8, fromNumber(vectors.strtab_base));
  smmu.writeRegister(0x88, 4, u64(0, vectors.strtab_base_cfg));
  smmu.writeRegister(0xa0, 8, fromNumber(EVENTQ + 7));
  smmu.writeRegister(0x2c, 4, u64(0, 2));
  smmu.writeRegister(0x20, 4, u64(0, 5));
  return made;
}

const STATUS: Record<string, number> = { ok: OK, abort: ABORT, 'abort(silent)': ABORT, stall: STALLED };

describe('architecture vectors', () => {
  const vectors = JSON.parse(readFileSync(PATH, 'utf8')) as Vectors;

  describe.each(['none', 'architecture', 'bounded'] as const)('with cache policy %s', (policy) => {
    it.each(vectors.cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
      const { smmus, memory } = machine(vectors, policy);
      const request = requestOf({
        sid: Number(c.sid), ssid: c.ssid === undefined ? undefined : Number(c.ssid), address: parseU64(c.va)!,
        access: (c.rnw === 0 ? WRITE : READ) | (c.priv === 1 ? PRIVILEGED : 0),
      });
      // The second time, caches answer.
      for (let round = 0; round < 2; round++) {
        const response = new Response();
        smmus[0]!.translate(request, response);
        expect(response.status).toBe(STATUS[c.result]);
        if (c.pa !== null && c.result === 'ok') expect(u64(response.hi, response.lo)).toEqual(parseU64(c.pa));
        const record = memory.read(EVENTQ + round * 32, 32)!;
        const words = new Uint32Array(record.buffer);
        const expected = Uint32Array.from((c.event ?? ['0', '0', '0', '0']).flatMap((e) => [parseU64(e)!.lo, parseU64(e)!.hi]));
        if (c.result === 'stall' && round === 1) expected[2] = (expected[2]! + 1) >>> 0;
        expect(hexOfWords(words)).toBe(hexOfWords(expected));
      }
    });
  });
});
