/**
 * The contract between the host's driver and EL2 in the trap-and-emulate design (fact sheet A.8): what
 * the posted code asserts. An assertion that fails at EL2 stops the machine, so each of these is a way
 * for a host to bring it down; none of them is an error that the host gets back.
 */

/** The rules by name, as sentences. */
export const TRAP_RULES = {
  register: 'The host reaches only the registers of its view, with the size and the direction that the view gives.',
  cr1: 'CR1 holds the write-back and inner shareable value that Linux writes.',
  'cmdq-live': 'CMDQ_BASE and CMDQ_CONS change only while CMDQEN is 0.',
  'strtab-live': 'STRTAB_BASE and STRTAB_BASE_CFG change only while SMMUEN is 0.',
  'queue-live': 'The base of the event or PRI queue changes only while that queue is off.',
  'queue-off': 'An event or PRI queue that is on stays on.',
  'needs-cmdq': 'SMMUEN needs CMDQEN, since EL2 invalidates through the same queue.',
  share: 'Queues and stream tables lie in pages that the host owns and shares with nobody else.',
  'strtab-shape': 'The stream table has the levels of the table of EL2, a split of 8, and no more StreamIDs than it.',
  'queue-room': 'A write of CMDQ_PROD adds no more commands than the queue of EL2 holds.',
  command: 'The commands are those that Linux sends: no TLBI of EL2 or stage 2, no VMID but 0, CFGI_STE with Leaf, CFGI_STE_RANGE for all.',
  ste: 'CFGI_STE names a stream of a live table whose entry asks for no stage 2.',
  drain: 'The physical SMMU consumes every command.',
} as const;

/** The name of a rule. */
export type TrapRule = keyof typeof TRAP_RULES;

/** Stops the machine over a rule; what happened goes into the message. */
export type Panic = (rule: TrapRule, what: string) => void;
