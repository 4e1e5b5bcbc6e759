/**
 * The two VS Codes that the tests run in: the oldest that package.json admits (`engines.vscode`), and a
 * current one. Both are code-server: VS Code's workbench and extension host, served to a browser. How
 * they are put on the machine is in install.ts.
 */

/** One build of VS Code, and what it takes to have it run. */
export interface Version {
  /** VS Code's own version. */
  readonly vscode: string;
  readonly codeServer: string;
  /** The Node that the build asks for. */
  readonly node: string;
  /** Options of `npm install` for the packages of VS Code itself. */
  readonly installOptions: readonly string[];
  /** Version of the package with the program that finds files, for a build that would download it from elsewhere. */
  readonly ripgrep?: string;
  /** Native modules that are compiled, by who needs them. */
  readonly compiled: { readonly codeServer: readonly string[]; readonly vscode: readonly string[] };
  /** What Go to Line counts: columns as they are seen, or characters, of which a tab is one. */
  readonly goesTo: 'column' | 'character';
  /** What makes the server run tests inside the extension host. */
  readonly hostTests: readonly string[];
}

export const CURRENT: Version = {
  vscode: '1.139.1',
  codeServer: '4.139.1',
  node: '24.21.0',
  installOptions: [],
  compiled: { codeServer: [], vscode: ['@vscode/spdlog', '@vscode/native-watchdog'] },
  goesTo: 'column',
  hostTests: ['--vscode-option', 'enable-smoke-test-driver'],
};

/** Of the older ones, the oldest from 1.91 on (which the language client asks for) that npm has as code-server. */
export const FLOOR: Version = {
  vscode: '1.93.1',
  codeServer: '4.93.1',
  node: '20.20.2',
  // Two of its packages disagree about a third, which only a terminal needs.
  installOptions: ['--legacy-peer-deps'],
  ripgrep: '1.18.0',
  compiled: { codeServer: ['argon2'], vscode: ['@vscode/spdlog', 'native-watchdog', 'node-pty'] },
  goesTo: 'character',
  hostTests: [],
};
