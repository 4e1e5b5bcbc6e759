/**
 * One-line messages of the Linux and Xen drivers other than event dumps: what they mean and what
 * to do about them. Lines that say nothing about a problem are not in the table and are passed over.
 */
import { finding, type Cause, type Finding } from './finding.ts';
import type { LogLine } from './lines.ts';

interface Message {
  readonly pattern: RegExp;
  readonly title: string;
  readonly meaning: string;
  readonly causes?: readonly Cause[];
  readonly checks?: readonly string[];
  /** Names of the pattern's groups, in order, as fields; `StreamID` and `SubstreamID` are those of the finding too. */
  readonly fields?: readonly string[];
}

const seen = (text: string): Cause => ({ text, seen: true });
const deduced = (text: string): Cause => ({ text, seen: false });

/** CMDQ_CONS.ERR as the drivers print it. */
const CMDQ_ERRORS: readonly Message[] = [
  {
    pattern: /^CMDQ error \(cons (0x[0-9a-f]+)\): Illegal command/i, fields: ['CMDQ_CONS'],
    title: 'CERROR_ILL: the SMMU rejected a command', meaning: 'Command processing stopped at a command that this SMMU does not take; CMDQ_CONS points to it.',
    causes: [
      seen('The queue entry is zero or was overwritten: opcode 0 is no command.'),
      seen('The queue base is not aligned to the size of the queue, so the SMMU reads from a rounded-down address.'),
      deduced('A command of a feature that the ID registers do not have (ATS, PRI, stall, EL2), CS=3 in CMD_SYNC, SSec=1, or a reserved bit.'),
    ],
    checks: ['Decode the two words of the command (vsmmu decode --as cmd).', 'The alignment of CMDQ_BASE.'],
  },
  {
    pattern: /^CMDQ error \(cons (0x[0-9a-f]+)\): Abort on command fetch/i, fields: ['CMDQ_CONS'],
    title: 'CERROR_ABT: the SMMU could not read a command', meaning: 'The memory system aborted the read of a queue entry; processing stopped there.',
    causes: [deduced('CMDQ_BASE leads to memory that the SMMU cannot read.')], checks: ['CMDQ_BASE; secure or reserved memory at that place.'],
  },
  {
    pattern: /^CMDQ error \(cons (0x[0-9a-f]+)\): ATC invalidate timeout/i, fields: ['CMDQ_CONS'],
    title: 'CERROR_ATC_INV_SYNC: a device did not answer an ATC invalidation', meaning: 'CMD_SYNC waited for a PCIe device that never completed the invalidation of its address cache.',
    causes: [seen('The ATS device hangs.'), deduced('The device was removed or reset while an invalidation was outstanding.')],
    checks: ['The state of the endpoint and its link.'],
  },
];

const MESSAGES: readonly Message[] = [
  ...CMDQ_ERRORS,
  {
    pattern: /^CMD_SYNC timeout(?: at (0x[0-9a-f]+) \[hwprod (0x[0-9a-f]+), hwcons (0x[0-9a-f]+)\])?/i, fields: ['prod', 'hwprod', 'hwcons'],
    title: 'CMD_SYNC timeout', meaning: 'The SMMU did not consume a CMD_SYNC in time.',
    causes: [
      seen('The SMMU is not coherent and the queue memory was not cleaned for it (dma-coherent, COHACC).'),
      seen('The SMMU was unbound or lost power or clock while devices still used it.'),
      deduced('A command error stopped the queue and GERROR.CMDQ_ERR was never acknowledged.'),
      deduced('An ATS device does not answer an ATC invalidation.'),
    ],
    checks: ['GERROR and CMDQ_CONS.ERR; IDR0.COHACC against dma-coherent in the device tree; clock and power of the SMMU.'],
  },
  {
    pattern: /^CMDQ timeout/, title: 'Command queue timeout', meaning: 'The queue stayed full: the SMMU consumes no commands.',
    causes: [deduced('A command error that was never acknowledged, or an SMMU without clock.')], checks: ['GERROR, CMDQ_CONS.ERR, CR0ACK.CMDQEN.'],
  },
  {
    pattern: /^EVTQ overflow detected/, title: 'Event queue overflow', meaning: 'Events came faster than software took them; some are lost.',
    causes: [seen('A fault storm of one device.')], checks: ['The earliest events only: later ones are consequences. Stop the device whose StreamID repeats.'],
  },
  {
    pattern: /^PRIQ overflow detected/, title: 'PRI queue overflow', meaning: 'Page requests were lost; those with Last set were answered by the SMMU itself.',
    checks: ['How many page requests the device may have outstanding.'],
  },
  {
    pattern: /^sid (0x[0-9a-f]+)\.(0x[0-9a-f]+): \[(\d+)L?\] (?:un)?privileged (R?W?X?) access at iova (0x[0-9a-f]+)/i,
    fields: ['StreamID', 'SubstreamID', 'group', 'rights', 'iova'],
    title: 'Page request', meaning: 'A device asked for a page (PCIe PRI) although no driver expects that; Linux answers it with a failure.',
    causes: [deduced('The device has PRI on while the stream has no I/O page fault handler.')], checks: ['Who enabled PRI in the device.'],
  },
  {
    pattern: /not attached to (?:domain |d)(\d+)/, fields: ['domain'], title: 'A device was taken from a domain that does not have it',
    meaning: 'Xen was asked to deassign a device from a domain to which it is not attached.',
    causes: [seen('The device was never assigned to that domain, or belongs to dom0 or to the quarantine domain already.')],
    checks: ["The domain's passthrough list; `xl pci-assignable-list` for PCI devices."],
  },
  {
    pattern: /^unexpected global error reported \((0x[0-9a-f]+)\)/i, fields: ['GERROR ^ GERRORN'],
    title: 'Global error', meaning: 'GERROR has active bits: 0 CMDQ, 2 EVENTQ abort, 3 PRIQ abort, 4 to 7 MSI aborts, 8 service failure mode.',
    checks: ['The lines that follow name each bit.'],
  },
  {
    pattern: /^device has entered Service Failure Mode/, title: 'Service failure mode', meaning: 'The SMMU detected an internal error and stopped; only a reset helps.',
    checks: ['The RAS registers of the implementation.'],
  },
  {
    pattern: /^(CMDQ|EVTQ|PRIQ|GERROR) MSI write aborted/, fields: ['queue'], title: 'MSI write aborted', meaning: 'The SMMU could not deliver an interrupt message.',
    causes: [deduced('The doorbell address in the IRQ_CFG registers is wrong or not reachable.')], checks: ['IRQ_CFG0 of the queue; msi-parent of the SMMU.'],
  },
  {
    pattern: /^(EVTQ|PRIQ) write aborted/, fields: ['queue'], title: 'Queue write aborted', meaning: 'The SMMU could not write a record; records are lost until the error is acknowledged.',
    causes: [deduced('The queue base leads to memory that the SMMU cannot write.')], checks: ['EVENTQ_BASE or PRIQ_BASE.'],
  },
  {
    pattern: /(\d+) callbacks suppressed/, fields: ['lines'], title: 'Messages suppressed', meaning: 'The kernel dropped this many similar lines: there were more events than the log shows.',
  },
  {
    pattern: /^GBPA not responding/, title: 'GBPA does not respond', meaning: 'GBPA.Update stayed 1: the register interface does not work.', checks: ['The base address of the SMMU node; clock and power.'],
  },
  {
    pattern: /^failed to (?:enable|disable|clear) (.+)$/, fields: ['what'], title: 'A control bit was not acknowledged', meaning: 'The SMMU did not mirror a control bit in time.',
    checks: ['The base address of the SMMU node; clock and power.'],
  },
  {
    pattern: /^SMMU currently enabled! Resetting/, title: 'The SMMU was left enabled', meaning: 'Firmware or an earlier kernel left translation on; streams in use lose their mappings now.',
    causes: [deduced('Boot firmware uses the SMMU, or this is a kexec.')], checks: ['Devices that still run: they need RMR or reserved-memory entries.'],
  },
  {
    pattern: /^RMR SID\((0x[0-9a-f]+)\) bypass failed/i, fields: ['StreamID'], title: 'A reserved-memory stream got no bypass', meaning: 'The firmware asked for bypass of a StreamID that the stream table cannot hold.',
    checks: ['The StreamID in IORT or the device tree against IDR1.SIDSIZE.'],
  },
  {
    pattern: /^Failed to enable ATS/, title: 'ATS was not enabled', meaning: 'The endpoint refused ATS with this smallest translation unit.',
  },
];

/** The meaning of a one-line message, or undefined where the table has none. */
export function decodeMessage(line: LogLine): Finding | undefined {
  if (line.source === 'QEMU') return undefined;
  for (const message of MESSAGES) {
    const match = message.pattern.exec(line.text);
    if (match !== null) return found(line, message, match);
  }
  return undefined;
}

function found(line: LogLine, message: Message, match: RegExpExecArray): Finding {
  const fields = (message.fields ?? []).flatMap((name, i) => {
    const value = match[i + 1];
    return value === undefined ? [] : [{ name, value, meaning: undefined }];
  });
  const number = (name: string): number | undefined => {
    const value = fields.find((f) => f.name === name)?.value;
    return value === undefined ? undefined : Number(value);
  };
  return finding({
    kind: 'message', source: line.source === 'raw' ? 'Linux' : line.source, line: line.number, smmu: line.smmu,
    sid: number('StreamID'), ssid: number('SubstreamID'),
    title: message.title, meaning: message.meaning, causes: message.causes ?? [], checks: message.checks ?? [], fields,
  });
}
