/** The commands of the debugger, by their names in package.json. */
import * as vscode from 'vscode';
import type { Server } from '../server.ts';
import { startScenario, TYPE } from './configurations.ts';
import { returnToPresent, reverseStep, runBackToWriter } from './time.ts';

/** A scenario that the server wrote for one DMA. */
interface MadeScenario {
  readonly name: string;
  readonly text: string;
}

/** An address as people write it. */
const ADDRESS = /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i;

/** Asks for an address, and starts a session in which the device makes one DMA there. */
async function debugDma(server: Server, uri: unknown, device: unknown): Promise<void> {
  if (typeof uri !== 'string' || typeof device !== 'string') return;
  const address = await vscode.window.showInputBox({
    title: vscode.l10n.t('Debug DMA from {0}', device.slice(device.lastIndexOf('/') + 1)),
    prompt: vscode.l10n.t('The address that the device puts on the bus'),
    value: '0x10000040',
    valueSelection: [2, 10],
    validateInput: (text) => (ADDRESS.test(text.trim()) ? undefined : vscode.l10n.t('A number: 0x and up to 16 hex digits, or decimal')),
  });
  if (address === undefined) return;
  const made = await server.sendRequest<MadeScenario | null>('vsmmu/dmaScenario', { uri, device, address: address.trim() });
  if (made === null) throw new Error(vscode.l10n.t('no board explains this device'));
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri));
  const configuration = { type: TYPE, request: 'launch', name: made.name, program: made.name, scenario: made.text, stopOnEntry: true, stopOnEnd: true };
  await vscode.debug.startDebugging(folder, configuration);
}

type Command = (server: Server, ...args: unknown[]) => Promise<void>;

const COMMANDS: Readonly<Record<string, Command>> = {
  'vsmmu.debugScenario': (_, uri) => startScenario(uri, { noDebug: false }),
  'vsmmu.runScenario': (_, uri) => startScenario(uri, { noDebug: true }),
  'vsmmu.debugDma': debugDma,
  'vsmmu.reverseStepOver': () => reverseStep('vsmmu/stepBackOver'),
  'vsmmu.reverseStepOut': () => reverseStep('vsmmu/stepBackOut'),
  'vsmmu.runBackToWriter': (_, context) => runBackToWriter(context),
  'vsmmu.returnToPresent': () => returnToPresent(),
};

/** Registers every command of the debugger; one that fails says so. */
export function registerDebugCommands(server: Server): vscode.Disposable[] {
  return Object.entries(COMMANDS).map(([name, command]) =>
    vscode.commands.registerCommand(name, async (...args: unknown[]) => {
      try {
        await command(server, ...args);
      } catch (error) {
        void vscode.window.showErrorMessage(`vSMMU: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
}
