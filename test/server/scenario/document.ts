/** Scenarios for feature tests: on the board of the language tests, with `$0` for the cursor. */
import type { ScenarioDocument } from '../../../server/features/scenario/document.ts';
import { BOARD, checked } from '../../debugger/scenario/support.ts';
import { cursor } from '../check.ts';

export const HEAD = 'board "board.dts"\nhypervisor xen\nguest domd devices="eth0"\nlet base = 0x48000000\n';

/** A document whose check is of the same text, on the board. */
export function documentOf(text: string, files: Readonly<Record<string, string>> = {}): ScenarioDocument {
  return { path: '/s/main.smmu', text, checked: checked({ 'main.smmu': text, 'board.dts': BOARD, ...files }) };
}

/** The same with a cursor. */
export function at(fixture: string, files: Readonly<Record<string, string>> = {}): { document: ScenarioDocument; offset: number } {
  const { text, offset } = cursor(fixture);
  return { document: documentOf(text, files), offset };
}

/** A text of a document's files at a range. */
export function textAt({ checked: one }: ScenarioDocument, { file, start, end }: { file: string; start: number; end: number }): string {
  const text = file === '/s/board.dts' ? BOARD : one?.reading.files.get(file)?.text ?? '';
  return `${file.replace('/s/', '')}:${text.slice(0, start).split('\n').length} ${text.slice(start, end)}`;
}
