/**
 * What a case is: a situation of the fact sheet, played on a host with some profile, with the outcome
 * in a few words. The outcomes under each profile are part of the case and asserted by tests.
 */
import type { ProfileName, XenProfile } from '../profiles.ts';
import { Scene, type SceneOptions } from './scene.ts';

/** Makes a scene with the profile of the run. */
export type MakeScene = (options?: SceneOptions) => Scene;

/** One case. */
export interface XenCase {
  /** X01 to X35 of the fact sheet, or O1 and up for observations of the design document. */
  readonly id: string;
  readonly title: string;
  /** Section of the fact sheet, and who said it. */
  readonly source: string;
  readonly run: (make: MakeScene) => string;
  readonly expected: Readonly<Record<ProfileName, string>>;
}

/** Expected outcomes of v3, the unposted later state, the repaired code and the ideal, in this order. */
export function outcomes(v3: string, wip: string, fixed: string, architecture = fixed): XenCase['expected'] {
  return { v3, wip, fixed, architecture };
}

/** Plays a case; the outcome, and the last scene that it made for a closer look. */
export function play(played: XenCase, profile: ProfileName | XenProfile): { readonly outcome: string; readonly scene: Scene | undefined } {
  let scene: Scene | undefined;
  const outcome = played.run((options) => (scene = new Scene(profile, options)));
  return { outcome, scene };
}
