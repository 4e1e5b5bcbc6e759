/**
 * One workload on different systems, counted: devices with an address space each map memory, touch
 * every page of it by DMA, and unmap it. Attaching comes before and is not counted.
 */
import type { Costs } from '../../emulator/hypervisor/costs.ts';
import type { IsolationMonitor } from '../../emulator/hypervisor/monitor.ts';
import type { Step } from '../../emulator/index.ts';

/** A system that is up, with its masters attached. */
export interface CostedSystem {
  readonly costs: Costs;
  readonly monitor: IsolationMonitor;
  map(master: number, iova: number, size: number): boolean;
  dma(master: number, iova: number): boolean;
  unmap(master: number, iova: number, size: number): boolean;
}

/** A way to run the workload. */
export interface SystemMaker {
  readonly name: string;
  readonly text: string;
  /** Brings a system up with some masters attached. */
  make(masters: number): CostedSystem;
}

/** What one run took. */
export interface Counted {
  readonly traps: number;
  readonly calls: number;
  readonly guestCommands: number;
  readonly commands: number;
  readonly syncs: number;
  readonly invalidations: number;
  readonly softwareReads: number;
  readonly tableWrites: number;
  readonly entryWrites: number;
  /** Reads of tables and entries by the SMMU itself, for the DMA. */
  readonly hardwareReads: number;
}

const IOVA = 0x1000_0000;
const PAGE = 4096;

/** Runs the workload. */
export function count(maker: SystemMaker, size: number, masters: number): Counted {
  const system = maker.make(masters);
  const before = system.costs.table;
  let hardwareReads = 0;
  const { monitor } = system;
  const outer = monitor.next;
  monitor.next = { step: (step: Step) => void (hardwareReads += isRead(step) ? 1 : 0) };
  for (let m = 0; m < masters; m++) must(system.map(m, IOVA, size), `${maker.name}: map`);
  for (let m = 0; m < masters; m++) for (let at = 0; at < size; at += PAGE) must(system.dma(m, IOVA + at), `${maker.name}: dma`);
  for (let m = 0; m < masters; m++) must(system.unmap(m, IOVA, size), `${maker.name}: unmap`);
  monitor.next = outer;
  must(!system.dma(0, IOVA), `${maker.name}: dma after unmap`, true);
  must(monitor.violations.length === 0, `${maker.name}: isolation`);
  const spent = system.costs.since(before);
  return {
    traps: spent.traps, calls: spent.hypercalls, guestCommands: spent.guestCommands, commands: spent.commands, syncs: spent.syncs,
    invalidations: spent.invalidations, softwareReads: spent.tableReads, tableWrites: spent.tableWrites, entryWrites: spent.entryWrites, hardwareReads,
  };
}

function isRead(step: Step): boolean {
  return (step.kind === 'fetch' && !step.isCached) || step.kind === 'descriptor';
}

function must(isFine: boolean, what: string, isCounted = false): void {
  if (!isFine) throw new Error(`${what} ${isCounted ? 'passed' : 'failed'}`);
}
