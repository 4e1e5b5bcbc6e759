/** The words of the problems that only the language server reports. */
import type { RuleInfo } from '../../model/rule.ts';

/** One entry for each id. */
export const SERVER_PROBLEMS: readonly RuleInfo[] = [
  {
    id: 'limit-editor-chars',
    level: 'information',
    title: 'The file is too large for more than diagnostics',
    explanation: 'Hover, completion, colours and the other features of the editor are off for this file, so that the editor stays quick. Its problems are reported all the same.',
    remedy: 'Nothing, or raise the limit `editorChars`.',
    bad: '/dts-v1/;\n/ { data = <0 /* a million characters of cells */ 0>; };',
    good: '/dts-v1/;\n/ { data = /incbin/("data.bin"); };',
    sources: ['The language server of vSMMU Workbench'],
  },
  {
    id: 'inactive-code',
    level: 'hint',
    title: 'The board leaves this branch out',
    explanation: 'The condition above is not met for the board in force, so the preprocessor skips these lines. Another board may take them: the editor shows them faded, and reports nothing in them.',
    remedy: 'Nothing; or choose another board in the status bar.',
    bad: '#ifdef NOT_DEFINED\n/ { never; };\n#endif',
    good: '#ifndef NOT_DEFINED\n/ { always; };\n#endif',
    sources: ['The language server of vSMMU Workbench'],
  },
  {
    id: 'overridden-value',
    level: 'hint',
    title: 'The same file sets this property again',
    explanation: 'A later statement of the same file gives the same property of the same node another value, so this one has no effect.',
    remedy: 'Remove the value that is not wanted.',
    bad: '/ {\n\tnode {\n\t\tstatus = "disabled";\n\t};\n};\n\n/ {\n\tnode {\n\t\tstatus = "okay";\n\t};\n};',
    good: '/ {\n\tnode {\n\t\tstatus = "okay";\n\t};\n};',
    sources: ['The language server of vSMMU Workbench'],
  },
];
