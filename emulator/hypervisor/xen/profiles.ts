/**
 * How the versions of Xen's virtual SMMUv3 behave, as data: one row per behaviour, one column per
 * profile. `v3` is the series as posted on 31 March 2026; `wip` a later state seen in a public fork,
 * and as `v3` where nothing is known of it; `fixed` has what reviewers asked for and the repairs of
 * what they and we found; `architecture` is an ideal virtual SMMU. `own` marks what nobody said on the
 * list: our reading of the code, likely but not confirmed. Sources are sections of the fact sheet on
 * Xen's vSMMUv3. Nothing here acts.
 */

/** One behaviour: true is what the architecture or the fix does. */
export interface Behaviour {
  /** What is done where the behaviour is true. */
  readonly text: string;
  /** What is done where it is false. */
  readonly otherwise: string;
  readonly source: string;
  readonly certainty: 'list' | 'own';
  readonly v3: boolean;
  readonly wip: boolean;
  readonly fixed: boolean;
  readonly architecture: boolean;
}

type Columns = readonly [v3: boolean, wip: boolean, fixed: boolean, architecture: boolean];

interface Words { readonly text: string; readonly otherwise: string; readonly source: string }

function row(columns: Columns, certainty: Behaviour['certainty'], words: Words): Behaviour {
  const [v3, wip, fixed, architecture] = columns;
  return { ...words, certainty, v3, wip, fixed, architecture };
}

const SINCE_WIP: Columns = [false, true, true, true];
const SINCE_FIXED: Columns = [false, false, true, true];
const IDEAL_ONLY: Columns = [false, false, false, true];
const NOT_WIP: Columns = [true, false, true, true];

/** Every behaviour that differs between profiles. */
export const BEHAVIOURS = {
  rejectsReservedConfig: row(SINCE_WIP, 'list', { text: 'STE.Config 1, 2, 3 and 7 give C_BAD_STE.', otherwise: 'They hit BUG(): the guest crashes the host.', source: '1.6, X01' }),
  reconfiguresLive: row(SINCE_WIP, 'list', { text: 'A live stage 1 can be replaced.', otherwise: 'BUG_ON(s1_live) crashes the host.', source: '1.7, X02, X03' }),
  bypassResetsStage: row(SINCE_FIXED, 'list', { text: 'A guest bypass switches stage 1 off.', otherwise: 'The stage is left as it was, so the old stage-1 context comes back.', source: '1.7, X03, X04' }),
  invalidSteAborts: row(SINCE_FIXED, 'own', { text: 'An STE that is invalid or illegal makes the stream abort.', otherwise: 'It changes nothing: the old configuration stays live.', source: '1.6, X09' }),
  reportsCommandErrors: row(SINCE_FIXED, 'list', { text: 'Commands that are unknown or unreadable stop the queue with CMDQ_CONS.ERR and GERROR.', otherwise: 'They are consumed in silence.', source: '1.4, X05, X07' }),
  skipsUnreadableCommand: row([false, true, false, false], 'list', { text: 'A command that cannot be read is skipped.', otherwise: 'CMDQ_CONS stays at it.', source: '1.4, X05' }),
  limitsCommands: row(SINCE_FIXED, 'list', { text: 'A trap carries out a limited number of commands; a tasklet does the rest.', otherwise: 'One trap runs the whole queue.', source: '1.4, 3.1, X06' }),
  signalsSync: row(IDEAL_ONLY, 'own', { text: 'CMD_SYNC with CS=1 raises the interrupt.', otherwise: 'CMD_SYNC signals nothing.', source: '1.4, X08' }),
  rereadsOnCfgiAll: row(SINCE_FIXED, 'own', { text: 'CFGI_ALL and CFGI_STE_RANGE read the guest entries anew.', otherwise: 'They do nothing.', source: '1.4, X10' }),
  forwardsCdInvalidation: row(SINCE_FIXED, 'own', { text: 'CFGI_CD and CFGI_CD_ALL reach the physical SMMU.', otherwise: 'They do nothing.', source: '1.4, X11' }),
  preciseTlbi: row(IDEAL_ONLY, 'list', { text: 'TLBI goes to the hardware with its ASID and address.', otherwise: 'Each TLBI flushes all of the VMID, once per device.', source: '1.4, 3.3' }),
  batchesFlushes: row([false, false, true, false], 'list', { text: 'Neighbouring TLBIs become one flush.', otherwise: 'Each TLBI is forwarded on its own.', source: '3.1, 4 and 5' }),
  honoursTableFormat: row(SINCE_WIP, 'list', { text: 'STRTAB_BASE_CFG.FMT decides whether the table has two levels.', otherwise: 'Every table is walked as two-level.', source: '1.3, X12' }),
  honoursSplit: row(SINCE_WIP, 'list', { text: 'The level-1 index uses SPLIT.', otherwise: 'It uses 8.', source: '1.5, X13' }),
  reportsBadStreamId: row(SINCE_FIXED, 'own', { text: 'A StreamID out of range, or without level-2 table, gives C_BAD_STREAMID.', otherwise: 'Out of range gives C_BAD_STE; a span of 0 only a log line.', source: '1.5, X14, X16' }),
  checksSpan: row(SINCE_FIXED, 'own', { text: 'Level-2 tables have 2^(span-1) entries.', otherwise: 'They are taken to have 2^span.', source: '1.5, X15' }),
  knowsSmmuOfDevice: row(SINCE_FIXED, 'list', { text: 'A physical stream is an SMMU and a StreamID.', otherwise: 'The first device of the domain with that StreamID is taken.', source: '1.7, X18' }),
  forwardsFaults: row(SINCE_WIP, 'list', { text: 'Stage-1 faults of the hardware reach the guest.', otherwise: 'They are lost: the header has an empty stub in both branches.', source: '1.8, X19' }),
  forwardsConfigFaults: row(IDEAL_ONLY, 'own', { text: 'Faults of the guest\'s own structures, such as C_BAD_CD, reach it.', otherwise: 'They are logged by Xen only.', source: '1.8' }),
  translatesEventSids: row(SINCE_FIXED, 'own', { text: 'Forwarded records carry the virtual StreamID.', otherwise: 'They carry the physical one.', source: '1.8, X19' }),
  reportsOverflow: row(SINCE_FIXED, 'own', { text: 'A full event queue toggles OVFLG.', otherwise: 'It raises GERROR.EVTQ_ABT_ERR.', source: '1.8, X21' }),
  takesGerrorn: row(SINCE_WIP, 'own', { text: 'GERRORN can be written.', otherwise: 'Writes are lost, reads give 0.', source: '1.9, X22' }),
  honoursIrqCtrl: row(SINCE_WIP, 'list', { text: 'IRQ_CTRL gates the interrupt, and the line falls.', otherwise: 'The line rises at every event and stays.', source: '1.9, X23' }),
  ignoresUnknownRegisters: row(SINCE_WIP, 'list', { text: 'Registers without function read as zero and ignore writes.', otherwise: 'They give the guest a data abort.', source: '1.3, X24' }),
  hasGbpa: row(IDEAL_ONLY, 'own', { text: 'GBPA is a register.', otherwise: 'GBPA has no function.', source: '1.3, X24' }),
  checksAccessSize: row(SINCE_WIP, 'list', { text: '32-bit registers take 32-bit accesses only.', otherwise: 'Any size is merged in.', source: '1.3, X25' }),
  guardsBases: row(SINCE_WIP, 'list', { text: 'Bases are fixed while their function is on.', otherwise: 'They can be written at any time.', source: '1.3, X26' }),
  decodesPages: row(SINCE_WIP, 'list', { text: 'Only the event queue indexes are on page 1.', otherwise: 'Every page mirrors page 0.', source: '1.3' }),
  acknowledgesPresent: row(SINCE_WIP, 'list', { text: 'CR0ACK shows SMMUEN, EVTQEN and CMDQEN only.', otherwise: 'CR0ACK shows optional functions that are absent.', source: '1.3' }),
  clampsEventQueue: row(SINCE_WIP, 'own', { text: 'EVTQ_BASE.LOG2SIZE is limited to 19.', otherwise: 'The limit is applied to the command queue.', source: '1.3' }),
  basesStartAtZero: row(SINCE_WIP, 'list', { text: 'Queue bases are zero after reset.', otherwise: 'They start with LOG2SIZE 19, which has no effect until they are written.', source: '1.2' }),
  modelsEnable: row(IDEAL_ONLY, 'own', { text: 'SMMUEN and GBPA decide what an unconfigured device may do.', otherwise: 'It translates with stage 2 only until the first CFGI_STE.', source: '1.5, 1.7, X28' }),
  takesConsWhileEnabled: row(NOT_WIP, 'own', { text: 'EVTQ_CONS can be written while the queue is on.', otherwise: 'The write is ignored, so the queue fills.', source: '1.3, X29' }),
  boundsVsids: row(SINCE_FIXED, 'own', { text: 'A full vSID table gives -ENOMEM.', otherwise: 'The search for a free vSID never ends.', source: '1.10, X30' }),
  freshVsidsPerDomain: row(SINCE_FIXED, 'own', { text: 'Each new domain gets vSIDs of its own.', otherwise: 'The toolstack reuses those of the last domain with these devices.', source: '1.10, X31' }),
  anyRid: row(IDEAL_ONLY, 'own', { text: 'PCI functions of any RID have a stream.', otherwise: 'RIDs 0..0xfff only, from physical StreamID 0.', source: '1.10, X32' }),
  idsFromHardware: row(SINCE_WIP, 'list', { text: 'ID registers promise what the hardware has.', otherwise: 'ID registers are constants.', source: '1.3, X33' }),
  throttlesEvents: row(SINCE_FIXED, 'list', { text: 'Forwarding stops at a number of pending events.', otherwise: 'Every fault is handled.', source: '3.1, X34' }),
  movedSpi: row(SINCE_FIXED, 'list', { text: 'The interrupt has a number that older toolstacks leave free.', otherwise: 'Interrupt 33 is taken from virtio.', source: '1.1, X35' }),
  requiresStage2: row(SINCE_FIXED, 'list', { text: 'SMMUs without stage 2 are refused.', otherwise: 'They are taken; the stage of a context falls back to stage 1.', source: '1.7' }),
  keepsAttributes: row(IDEAL_ONLY, 'own', { text: 'What the guest STE says of S1DSS, cacheability and shareability is kept.', otherwise: 'Only word 0 of the guest STE is read.', source: '1.6' }),
} satisfies Record<string, Behaviour>;

/** The name of a behaviour. */
export type BehaviourName = keyof typeof BEHAVIOURS;

/** The names of the profiles. */
export type ProfileName = 'v3' | 'wip' | 'fixed' | 'architecture';

/** One profile: which behaviours hold. */
export type XenProfile = Readonly<Record<BehaviourName, boolean>> & { readonly name: ProfileName };

/** All profile names. */
export const PROFILE_NAMES: readonly ProfileName[] = ['v3', 'wip', 'fixed', 'architecture'];

/** The profile of a name. */
export function profileOf(name: ProfileName): XenProfile {
  const pairs = Object.entries(BEHAVIOURS).map(([key, behaviour]) => [key, behaviour[name]] as const);
  return { ...(Object.fromEntries(pairs) as Record<BehaviourName, boolean>), name };
}
