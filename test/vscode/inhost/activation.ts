/** How long activation takes, and what it leaves registered. Runs first: nothing has activated the extension before. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import * as vscode from 'vscode';
import { contributed, type HostTest, ours } from './host.ts';

/** A window of time in which the host is looked at, and how long to wait for quiet ones; milliseconds. */
const WINDOW = 200;
const CALM_WAIT = 30_000;
const BUDGET = 100;

/** Commands behind links of ours, which nobody looks for by name. */
const BEHIND_LINKS = /^vsmmu\.(openLine|showReferences|walkthrough\..+)$/;

/** Waits until the extension host has done its own start: what it still computes for others would count as ours. */
async function calm(): Promise<void> {
  const end = performance.now() + CALM_WAIT;
  for (let quiet = 0; quiet < 3 && performance.now() < end; ) {
    const used = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, WINDOW));
    const { user, system } = process.cpuUsage(used);
    quiet = (user + system) / 1000 < WINDOW / 10 ? quiet + 1 : 0;
  }
}

export const activation: readonly HostTest[] = [
  {
    name: 'in-host: activates in less than 100 ms',
    async run() {
      const extension = ours();
      equal(extension.isActive, false, 'something activated the extension before the test');
      await calm();
      const [start, used] = [performance.now(), process.cpuUsage()];
      await extension.activate();
      const wall = performance.now() - start;
      const { user, system } = process.cpuUsage(used);
      const processor = (user + system) / 1000;
      // On a busy machine the clock also counts what other programs do.
      ok(Math.min(wall, processor) < BUDGET, `${wall.toFixed(0)} ms, ${processor.toFixed(0)} ms of the processor`);
      return `${wall.toFixed(0)} ms, ${processor.toFixed(0)} ms of the processor`;
    },
  },
  {
    name: 'in-host: registers the commands of package.json, and else only what links run',
    async run() {
      const expected = contributed<{ command: string }>('commands').map(({ command }) => command);
      const found = (await vscode.commands.getCommands(true)).filter((command) => command.startsWith('vsmmu.') && !BEHIND_LINKS.test(command));
      deepEqual(found.toSorted(), expected.toSorted());
    },
  },
];
