/**
 * A plain sentence for a transaction that did not pass: what is wrong, and what would make it right.
 * Written from the procedure's state right after the transaction; nothing is looked up again.
 */
import { hex, u64 } from '../bits/u64.ts';
import { CR0, REG } from '../registers/store.ts';
import type { SmmuParts } from '../smmu/parts.ts';
import { UNSUPPORTED_TYPE, type Request, type Response } from '../smmu/request.ts';
import { INSTRUCTION, PRIVILEGED, WRITE } from '../walk/access.ts';
import { CLASS_CD, CLASS_TT, F_WALK_EABT, type Cause, type Fault } from '../walk/fault.ts';

function accessName(access: number): string {
  const side = (access & PRIVILEGED) !== 0 ? 'privileged' : 'unprivileged';
  if ((access & WRITE) !== 0) return `${side} write`;
  return (access & INSTRUCTION) !== 0 ? `${side} instruction fetch` : `${side} read`;
}

type Writer = (fault: Fault, access: number) => string;

const CAUSES: Readonly<Record<Cause, Writer>> = {
  '': () => '',
  'input-range': (f) => `The address lies outside the input range that ${f.isStage2 ? 'STE.S2T0SZ' : 'CD.T0SZ or T1SZ'} gives: use an address in range, or make the range larger.`,
  'half-disabled': () => 'The address lies in a half whose walks CD.EPD0 or EPD1 disables: map it in the other half, or enable this one.',
  e0pd: () => 'CD.E0PD forbids unprivileged access to this half: make the access privileged, or clear E0PD.',
  invalid: (f) => `The level ${f.level} descriptor is not valid (bit 0 is 0): nothing is mapped there. ${f.isStage2 ? 'Map this IPA in stage 2, or use one that it maps.' : 'Map the address before the device uses it.'}`,
  'reserved-page': () => 'The level 3 descriptor has type 01, which is reserved: a page needs 11.',
  'reserved-block': (f) => `A block descriptor stands at level ${f.level}, where this granule allows none: use a table, or a block at an allowed level.`,
  'table-size': (f) => `The level ${f.level} table descriptor names an address beyond the output size of ${sizeField(f)}: fix the address, or raise the size.`,
  'output-size': (f) => `The level ${f.level} leaf names an address beyond the output size of ${sizeField(f)}: fix the address, or raise the size.`,
  'access-flag': (f) => `The access flag of the level ${f.level} leaf is 0: set AF, or let ${f.isStage2 ? 'S2AFFD or S2HA' : 'AFFD or HA'} deal with it.`,
  permission: (f, access) => `The level ${f.level} leaf${f.isStage2 ? '' : ' (with its tables and the CD)'} does not permit ${what(f, access)}: give the permission, or change the access.`,
  'device-table': () => 'Stage 2 maps this table or CD page as Device memory, and STE.S2PTW makes that fault: map it as Normal memory, or clear S2PTW.',
  'bypass-size': () => 'Stage 1 is bypassed and the address is wider than the SMMU takes: use an address within OAS (or IAS before stage 2).',
  'update-denied': () => 'Stage 2 does not let the hardware write the stage-1 table.',
  'external-abort': () => 'A table could not be read: its address leads to no memory, or the memory answered with an error. Fix the pointer to it.',
};

function sizeField(f: Fault): string {
  return f.isStage2 ? 'stage 2 (STE.S2PS, at most OAS)' : 'stage 1 (CD.IPS, at most OAS)';
}

function what(f: Fault, access: number): string {
  if (f.isStage2 && f.cls === CLASS_TT) return f.tableRead === 0 ? 'the hardware update of a stage-1 table' : 'reading a stage-1 table';
  return f.isStage2 && f.cls === CLASS_CD ? 'reading the CD' : `an ${accessName(access)}`.replace('an privileged', 'a privileged');
}

function where(fault: Fault): string {
  if (!fault.isStage2) return 'Stage 1: ';
  const ipa = hex(u64(fault.ipaHi, fault.ipaLo));
  if (fault.cls === CLASS_CD) return `Stage 2 of the CD at IPA ${ipa}: `;
  return fault.cls === CLASS_TT ? `Stage 2 of the stage-1 table at IPA ${ipa}: ` : `Stage 2 of IPA ${ipa}: `;
}

const CONFIG_SENTENCES: Readonly<Record<number, string>> = {
  2: 'The StreamID is outside the stream table, or its level-1 descriptor is invalid: enlarge the table or fill the descriptor, and invalidate with CMD_CFGI_STE (Leaf=0).',
  3: 'The stream table could not be read: STRTAB_BASE or the level-1 descriptor leads to no memory.',
  6: 'Substreams are on, and this access may not go without SubstreamID (S1DSS 0), or not with SubstreamID 0 (S1DSS 2).',
  8: 'The SubstreamID leads to no CD: it needs stage 1, a CD table (S1CDMax) large enough, and a valid level-1 CD.',
  9: 'The CD could not be read: S1ContextPtr or the level-1 CD leads to no memory.',
};

/** Why a transaction that ended without success did so. */
export function sentenceOf(parts: SmmuParts, request: Request, response: Response): string {
  const { registers, procedure, fault } = parts;
  if (request.kind === UNSUPPORTED_TYPE) return 'The SMMU cannot take this type of transaction.';
  if (!registers.isOn(CR0.SMMUEN)) {
    return (registers.get(REG.GBPA) & 0x10_0000) !== 0
      ? 'The SMMU is off and GBPA.ABORT is set: enable the SMMU, or clear ABORT.'
      : 'The SMMU is off, and the address is beyond its output size.';
  }
  if (response.event === 0) return 'The STE says abort (Config 0xx): give the stream a configuration, and invalidate it with CMD_CFGI_STE and CMD_SYNC.';
  if (response.event >= F_WALK_EABT) return where(fault) + CAUSES[fault.cause](fault, procedure.access);
  const rule = response.event === 4 ? procedure.ste?.broken : response.event === 10 ? procedure.cd?.broken : undefined;
  if (rule !== undefined && rule !== null) return `${rule.wrong} ${rule.fix}`;
  return CONFIG_SENTENCES[response.event] ?? `StreamID ${request.sid >>> 0} may not do this.`;
}
