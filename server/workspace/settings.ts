/**
 * The user's settings as the server keeps them. Whatever an editor sends is read leniently: a value
 * of the wrong shape counts as not set.
 */
import type { Limits } from '../../model/devicetree/source/files.ts';
import { DEFAULT_LIMITS } from '../../model/devicetree/source/files.ts';
import { SCENARIO_LIMITS, type ScenarioLimits } from '../../debugger/scenario/limits.ts';
import type { Level } from '../../model/problem.ts';

/** The section `vsmmu` of the editor's settings. */
export interface Settings {
  /** Folders searched for includes before those found by themselves; relative to the workspace. */
  readonly includeRoots: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  /** Boards to prefer as the context of a `.dtsi`; relative to the workspace. */
  readonly contexts: readonly string[];
  /** `iommu`: leave dtc's checks to another extension. */
  readonly checks: 'all' | 'iommu';
  readonly rules: ReadonlyMap<string, Level | 'off'>;
  readonly inlayHints: boolean;
  readonly codeLens: boolean;
  readonly format: boolean;
  readonly limits: Partial<Limits & ScenarioLimits>;
  /** What the Xen of this workspace understands, where neither a file nor a project says so. */
  readonly xlDialect: string;
  /** Keys of xl configurations that a toolstack adds. */
  readonly xlExtraKeys: readonly string[];
}

const LEVELS: ReadonlySet<unknown> = new Set(['error', 'warning', 'information', 'hint', 'off']);

/** Reads the settings from what the editor sent. */
export function readSettings(value: unknown): Settings {
  const raw = new Map(Object.entries(asObject(value)));
  return {
    includeRoots: strings(raw.get('includeRoots')),
    defines: definesOf(raw.get('defines')),
    contexts: strings(raw.get('contexts')),
    checks: raw.get('checks') === 'iommu' ? 'iommu' : 'all',
    rules: new Map(Object.entries(asObject(raw.get('rules'))).filter((entry): entry is [string, Level | 'off'] => LEVELS.has(entry[1]))),
    inlayHints: raw.get('inlayHints') !== false,
    codeLens: raw.get('codeLens') !== false,
    format: raw.get('format') !== false,
    limits: limitsOf(raw.get('limits')),
    ...xlSettings(raw.get('xl')),
  };
}

function xlSettings(value: unknown): Pick<Settings, 'xlDialect' | 'xlExtraKeys'> {
  const raw = new Map<string, unknown>(Object.entries(asObject(value)));
  return { xlDialect: String(raw.get('dialect') ?? 'upstream'), xlExtraKeys: strings(raw.get('extraKeys')) };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function definesOf(value: unknown): Record<string, string> {
  const defines = Object.entries(asObject(value)).filter(([name]) => /^[A-Za-z_]\w*$/.test(name));
  return Object.fromEntries(defines.map(([name, text]) => [name, String(text)]));
}

const ALL_LIMITS = { ...DEFAULT_LIMITS, ...SCENARIO_LIMITS };

function limitsOf(value: unknown): Settings['limits'] {
  const given = Object.entries(asObject(value));
  return Object.fromEntries(given.filter(([name, limit]) => Object.hasOwn(ALL_LIMITS, name) && Number.isSafeInteger(limit) && limit > 0));
}
