/**
 * QEMU's SMMU trace lines (`-d trace:smmu*`) and guest-error lines. Trace events print
 * `name key=value ...`; only the names below are known, others are passed over.
 */
import { commandNamed } from '../fields/commands.ts';
import { eventNamed } from '../fields/events.ts';
import { causesOfName, eventAdvice } from './eventCauses.ts';
import { finding, type Cause, type Finding, type FindingField } from './finding.ts';
import type { LogLine } from './lines.ts';

/** What a trace event says, by name. */
const TRACES: ReadonlyMap<string, string> = new Map([
  ['smmuv3_translate_success', 'The transaction was translated.'],
  ['smmuv3_translate_disable', 'The SMMU is disabled: the address passes unchanged.'],
  ['smmuv3_translate_bypass', 'The stream table entry says bypass: the address passes unchanged.'],
  ['smmuv3_translate_abort', 'The transaction was aborted without an event: STE.Config or GBPA.ABORT says so.'],
  ['smmuv3_cmdq_cfgi_ste', 'A stream table entry is dropped from the configuration cache.'],
  ['smmuv3_cmdq_cfgi_ste_range', 'Stream table entries are dropped from the configuration cache.'],
  ['smmuv3_cmdq_cfgi_cd', 'A context descriptor is dropped from the configuration cache.'],
  ['smmuv3_cmdq_tlbi_nh', 'All stage-1 TLB entries (of a VMID) are dropped.'],
  ['smmuv3_cmdq_tlbi_nsnh', 'All Non-secure EL1 TLB entries are dropped.'],
  ['smmuv3_cmdq_tlbi_nh_asid', 'The TLB entries of an ASID are dropped.'],
  ['smmuv3_cmdq_tlbi_s12_vmid', 'The TLB entries of a VMID are dropped, both stages.'],
  ['smmuv3_range_inval', 'A range of TLB entries is dropped; asid=-1 means every ASID.'],
  ['smmuv3_config_cache_hit', 'The configuration came from the cache.'],
  ['smmuv3_config_cache_miss', 'The configuration was read from memory.'],
  ['smmuv3_config_cache_inv', 'Cached configuration is dropped.'],
  ['smmu_ptw_level', 'A level of a table walk begins.'],
  ['smmu_ptw_invalid_pte', 'The walk met an invalid descriptor: F_TRANSLATION.'],
  ['smmu_ptw_page_pte', 'The walk ended at a page descriptor.'],
  ['smmu_ptw_block_pte', 'The walk ended at a block descriptor.'],
  ['smmu_iotlb_lookup_hit', 'The translation came from the TLB.'],
  ['smmu_iotlb_lookup_miss', 'The TLB holds no translation; a walk follows.'],
  ['smmu_iotlb_insert', 'A translation was put into the TLB.'],
  ['smmu_iotlb_inv_all', 'The whole TLB is dropped.'],
  ['smmu_iotlb_inv_iova', 'The TLB entries of an address are dropped.'],
  ['smmuv3_notify_flag_add', 'A device model asks to hear of TLB changes.'],
  ['smmuv3_trigger_irq', 'An interrupt was raised.'],
]);

const RECORD_EVENT = /^smmuv3_record_event\s+SMMU_EVT_(\w+)\s+sid=(0x[0-9a-f]+|\d+)/i;
const OPCODE = /^smmuv3_cmdq_opcode\s+(?:<---\s*)?SMMU_CMD_(\w+)/;
const FAILED = /translation failed for iova=(0x[0-9a-f]+)\s*\(SMMU_EVT_(\w+)\)/i;

/** Guest-error lines other than failed translations. */
const ERRORS: readonly { pattern: RegExp; title: string; meaning: string; cause?: Cause }[] = [
  { pattern: /^invalid STE$/, title: 'C_BAD_STE', meaning: 'The stream table entry has V=0.', cause: { text: 'The guest rebooted while the SMMU was not reset.', seen: true } },
  { pattern: /^invalid sid=\S+ \(L1STD span=0\)/, title: 'C_BAD_STREAMID', meaning: 'The level-1 stream table entry has Span 0.' },
  { pattern: /^SMMUv3 bad STE S2T0SZ = \d+/, title: 'C_BAD_STE', meaning: 'S2T0SZ is out of range. QEMU compares it with S2PS, the architecture with the IPA size of the SMMU.' },
  { pattern: /^SMMUv3 S1 stalling fault model not allowed/, title: 'C_BAD_STE', meaning: 'The STE or CD asks for stalls on an SMMU that only terminates.' },
  { pattern: /^Illegal command type: \d+/, title: 'CERROR_ILL', meaning: 'The command queue holds an opcode that QEMU does not know.' },
  { pattern: /^guest toggles non pending errors = /, title: 'GERRORN acknowledged an inactive error', meaning: 'The guest wrote a GERRORN bit whose error is not active; the result is unpredictable.' },
];

/** The meaning of a QEMU line, or undefined where it is none that is known. */
export function decodeQemu(line: LogLine): Finding | undefined {
  const record = RECORD_EVENT.exec(line.text);
  if (record !== null) return eventFinding(line, record[1] ?? '', { sid: Number(record[2]) });
  const failed = FAILED.exec(line.text);
  if (failed !== null) return eventFinding(line, failed[2] ?? '', { iova: failed[1] ?? '' });
  const opcode = OPCODE.exec(line.text);
  if (opcode !== null) return opcodeFinding(line, opcode[1] ?? '');
  return traceFinding(line) ?? errorFinding(line);
}

function eventFinding(line: LogLine, name: string, at: { sid?: number; iova?: string }): Finding {
  const code = eventNamed(name)?.code;
  const advice = code === undefined ? undefined : eventAdvice(code);
  const where = at.sid === undefined ? `iova ${at.iova ?? ''}` : `StreamID 0x${at.sid.toString(16)}`;
  return finding({
    kind: 'message', source: 'QEMU', line: line.number, title: `${name}, ${where}`, meaning: advice?.meaning ?? 'An event that is not in the architecture.',
    causes: advice === undefined ? [] : causesOfName(advice),
    checks: advice?.checks ?? [], sid: at.sid,
    fields: at.iova === undefined ? [] : [{ name: 'iova', value: at.iova, meaning: undefined }],
  });
}

function opcodeFinding(line: LogLine, name: string): Finding {
  const isKnown = commandNamed(name) !== undefined || name === 'CFGI_ALL';
  return finding({
    kind: 'message', source: 'QEMU', line: line.number, title: `CMD_${name}`, meaning: isKnown ? 'The SMMU consumed this command.' : 'The SMMU consumed a command of a name that is not known here.',
  });
}

function traceFinding(line: LogLine): Finding | undefined {
  const [name = '', ...rest] = line.text.split(/\s+/);
  const meaning = TRACES.get(name);
  if (meaning === undefined) return undefined;
  const fields = keyValues(rest.join(' '));
  const sid = fields.find((f) => f.name === 'sid')?.value;
  return finding({
    kind: 'message', source: 'QEMU', line: line.number, title: name, meaning, fields,
    sid: sid === undefined ? undefined : Number(sid),
  });
}

function keyValues(text: string): FindingField[] {
  const compact = text.replaceAll(/\s+=\s+/g, '=');
  return [...compact.matchAll(/([\w@]+)=([^\s,()]+)/g)].map((m) => ({ name: m[1] ?? '', value: m[2] ?? '', meaning: undefined }));
}

function errorFinding(line: LogLine): Finding | undefined {
  const error = ERRORS.find((e) => e.pattern.test(line.text));
  if (error === undefined) return undefined;
  return finding({
    kind: 'message', source: 'QEMU', line: line.number, title: error.title, meaning: error.meaning,
    causes: error.cause === undefined ? [] : [error.cause],
  });
}
