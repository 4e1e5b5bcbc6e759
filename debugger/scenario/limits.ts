/** The caps on hostile scenarios. Those on inclusion and on problems are shared with device trees. */
import { DEFAULT_LIMITS, type Limits } from '../../model/devicetree/source/files.ts';

/** The caps of reading a scenario. Each has a diagnostic of its own, `limit-<name in kebab case>`. */
export interface ScenarioLimits extends Pick<Limits, 'includeDepth' | 'inclusions' | 'problemsPerFile'> {
  /** Characters of one scenario file. */
  scenarioChars: number;
  /** Characters of one line, its comment apart. */
  scenarioLineChars: number;
  /** Actions of one scenario, those of included files too. */
  scenarioActions: number;
  /** Lines that describe the machine, those of included files too. */
  scenarioSetup: number;
  /** Depth of nested blocks. */
  scenarioDepth: number;
  /** Depth of `repeat` inside `repeat`. */
  scenarioRepeats: number;
}

/** Caps that no scenario written by a person comes near. */
export const SCENARIO_LIMITS: ScenarioLimits = {
  includeDepth: DEFAULT_LIMITS.includeDepth,
  inclusions: DEFAULT_LIMITS.inclusions,
  problemsPerFile: DEFAULT_LIMITS.problemsPerFile,
  scenarioChars: 4 * 1024 * 1024,
  scenarioLineChars: 10_000,
  scenarioActions: 100_000,
  scenarioSetup: 2000,
  scenarioDepth: 64,
  scenarioRepeats: 8,
};
