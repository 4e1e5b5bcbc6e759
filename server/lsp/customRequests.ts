/**
 * Requests of our own client: which boards a file has and which is in force, the scenario of one DMA,
 * and the words of all rules.
 */
import { SCENARIO_PROBLEMS } from '../../debugger/scenario/problems.ts';
import { DTC_CHECKS } from '../../model/devicetree/checks/index.ts';
import { PREPROCESSOR_PROBLEMS } from '../../model/devicetree/preprocess/problems.ts';
import { SYNTAX_PROBLEMS } from '../../model/devicetree/syntax/problems.ts';
import { TREE_PROBLEMS } from '../../model/devicetree/tree/problems.ts';
import { SYSTEM_RULES } from '../../model/platform/guests/rules/index.ts';
import { PLATFORM_RULES } from '../../model/platform/rules/index.ts';
import type { RuleInfo } from '../../model/rule.ts';
import { XL_RULES } from '../../model/xl/rules/index.ts';
import { SERVER_PROBLEMS } from '../workspace/problems.ts';
import { dmaScenario } from '../features/dmaScenario.ts';
import type { RequestTable } from './requests.ts';
import type { Session } from './session.ts';

/** A board as the client lists it. */
interface ContextItem {
  readonly uri: string;
  readonly label: string;
}

interface ContextsAnswer {
  readonly active: ContextItem | null;
  readonly contexts: readonly ContextItem[];
  readonly complete: boolean;
}

/** Everything that the server reports, in the order of the picker. */
const ALL_RULES: readonly RuleInfo[] = [
  ...PLATFORM_RULES, ...SYSTEM_RULES, ...XL_RULES, ...DTC_CHECKS, ...PREPROCESSOR_PROBLEMS, ...SYNTAX_PROBLEMS, ...TREE_PROBLEMS, ...SCENARIO_PROBLEMS, ...SERVER_PROBLEMS,
];

/** How long the search for boards may take before the answer says that it is not complete. */
const SEARCH_TIME = 1500;

/** Handlers of our own requests. */
export const CUSTOM_REQUESTS: RequestTable = {
  'vsmmu/contexts': (session, params: { uri: string }): Promise<ContextsAnswer> => contexts(session, params.uri),
  'vsmmu/setContext': (session, params: { uri: string; context: string | null }): Promise<ContextsAnswer> => {
    const root = params.context === null ? undefined : session.uris.fromEditor(params.context);
    const path = session.uris.fromEditor(params.uri);
    if (session.guests.isOpen(path)) session.guests.choose(path, root);
    else session.workspace.choose(path, root);
    return contexts(session, params.uri);
  },
  'vsmmu/dmaScenario': async (session, params: { uri: string; device: string; address: string }): Promise<{ name: string; text: string } | null> => {
    const subject = await session.subject(params.uri, true);
    if (subject?.board === undefined) return null;
    const root = session.workspace.contextOf(subject.path)?.root ?? subject.path;
    await session.guests.ready(root, SEARCH_TIME);
    return dmaScenario(subject.board, { device: params.device, address: params.address, root, project: session.guests.projectOf(root) }) ?? null;
  },
  'vsmmu/rules': (): { rules: readonly { id: string; title: string; level: string; markdown: string }[] } => ({
    rules: ALL_RULES.map((rule) => ({ id: rule.id, title: rule.title, level: rule.level, markdown: rulePage(rule) })),
  }),
};

/** A guest has no board of its own: its host's, which the project file, the folder or the user decides. */
async function hostOf(session: Session, path: string): Promise<ContextsAnswer> {
  await session.guests.ready(path, SEARCH_TIME);
  const root = session.guests.systemOf(path)?.host?.path;
  if (root === undefined) return { active: null, contexts: [], complete: true };
  const item = (path: string): ContextItem => ({ uri: session.uris.toEditor(path), label: session.label(path) });
  return { active: item(root), contexts: session.guests.hostsOf(path).map(item), complete: true };
}

async function contexts(session: Session, uri: string): Promise<ContextsAnswer> {
  const path = session.uris.fromEditor(uri);
  if (session.guests.isOpen(path)) return hostOf(session, path);
  const { roots, complete } = await session.workspace.allContexts(path, SEARCH_TIME);
  const context = session.workspace.contextOf(path);
  const item = (root: string): ContextItem => ({ uri: session.uris.toEditor(root), label: session.label(root) });
  const active = context === undefined || context.fragment ? undefined : context.root;
  const all = active === undefined || roots.includes(active) ? roots : [active, ...roots];
  return { active: active === undefined ? null : item(active), contexts: all.map(item), complete };
}

function rulePage(rule: RuleInfo): string {
  return [
    `# ${rule.title}`, `\`${rule.id}\` · ${rule.level}`, rule.explanation, `**What to do:** ${rule.remedy}`,
    '```dts', rule.bad, '```', 'Instead:', '```dts', rule.good, '```', 'Sources:', rule.sources.map((source) => `- ${source}`).join('\n'),
  ].join('\n\n').replaceAll('```dts\n\n', '```dts\n').replaceAll('\n\n```\n', '\n```\n');
}
