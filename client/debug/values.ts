/**
 * Live values in the editors: behind each scenario line what came of it, and over a device-tree node
 * the state of its streams. The adapter knows them; this asks it while a session stands still.
 */
import * as vscode from 'vscode';
import { SCENARIO, TYPE } from './configurations.ts';

interface InlineValue {
  /** From 0. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

function active(): vscode.DebugSession | undefined {
  const session = vscode.debug.activeDebugSession;
  return session?.type === TYPE ? session : undefined;
}

/** Asks the adapter; undefined where it has nothing to say, for example because it runs. */
async function ask<Answer>(request: string, args: object): Promise<Answer | undefined> {
  try {
    return await active()?.customRequest(request, args) as Answer | undefined;
  } catch {
    return undefined;
  }
}

const inlineValues: vscode.InlineValuesProvider = {
  async provideInlineValues(document, viewPort) {
    const answer = await ask<{ values: readonly InlineValue[] }>('vsmmu/inlineValues', {
      path: document.uri.fsPath, name: document.fileName, start: viewPort.start.line, end: viewPort.end.line,
    });
    return answer?.values.map(({ line, column, text }) => new vscode.InlineValueText(new vscode.Range(line, column, line, column), text));
  },
};

const streamHover: vscode.HoverProvider = {
  async provideHover(document, { line, character }) {
    const answer = await ask<{ markdown: string | null }>('vsmmu/hover', { path: document.uri.fsPath, line, column: character });
    return typeof answer?.markdown === 'string' ? new vscode.Hover(new vscode.MarkdownString(answer.markdown)) : undefined;
  },
};

/** Node names and labels in a tree, names and expressions without blanks in a scenario. */
const WORDS: readonly (readonly [language: string, pattern: RegExp])[] = [
  [SCENARIO, /[\w$][\w$@,.-]*(?:\([^()\s]*\))?(?:\.\w+|\[\w+\])*/],
  ['dts', /[\w,.+-]+(?:@[\w,]+)?/],
  ['devicetree', /[\w,.+-]+(?:@[\w,]+)?/],
];

/** Registers everything that shows values in editors. */
export function registerValues(): vscode.Disposable[] {
  const trees = WORDS.filter(([language]) => language !== SCENARIO).map(([language]) => ({ language }));
  return [
    vscode.languages.registerInlineValuesProvider({ language: SCENARIO }, inlineValues),
    vscode.languages.registerHoverProvider(trees, streamHover),
    ...WORDS.map(([language, pattern]) => vscode.languages.registerEvaluatableExpressionProvider({ language }, {
      provideEvaluatableExpression(document, position) {
        const range = document.getWordRangeAtPosition(position, pattern);
        return range === undefined ? undefined : new vscode.EvaluatableExpression(range);
      },
    })),
  ];
}
