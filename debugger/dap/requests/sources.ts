/** Requests about what takes part: the SMMUs as modules, the texts as sources, places behind values. */
import type { Context } from '../context.ts';
import { type Handlers, Refusal } from '../protocol.ts';
import type { Debuggee } from '../debuggee.ts';
import { addressText } from '../variables.ts';

const FRAME = 0x20000;
const MOST_STREAMS = 8;

/** Every file that something of the scenario or its machine comes from. */
function pathsOf({ session }: Debuggee): string[] {
  const { program, system } = session;
  const places = [...system.smmus.map(({ at }) => at), ...system.devices.flatMap(({ at, node }) => [at, node]), ...system.domains.map(({ at }) => at)];
  return [...new Set([...program.texts.map(({ path }) => path), ...places.flatMap((place) => place?.file ?? [])])];
}

function streams({ session }: Debuggee, index: number): string {
  const sids = session.system.devices.filter(({ smmu }) => smmu === index).flatMap((device) => device.sids);
  const shown = sids.slice(0, MOST_STREAMS).map((sid) => `0x${sid.toString(16)}`).join(', ');
  return sids.length > MOST_STREAMS ? `${shown}, ... (${sids.length})` : shown;
}

/** How many entries the queues can have. */
function queues({ session }: Debuggee, index: number): string {
  const features = session.system.machine.smmus[index]?.parts.features;
  return features === undefined ? '' : `commands 2^${features.cmdqLog2}, events 2^${features.eventqLog2}`;
}

export const SOURCES: Pick<Handlers<Context>, 'modules' | 'loadedSources' | 'source' | 'locations'> = {
  modules: ({ debuggee, sources }, { startModule = 0, moduleCount = 0 }) => {
    if (debuggee === undefined) return { modules: [], totalModules: 0 };
    const all = debuggee.session.system.smmus.map(({ name, index, base, at }) => ({
      id: index, name, isUserCode: true, version: 'SMMUv3', streams: streams(debuggee, index), queues: queues(debuggee, index),
      ...(base === undefined ? {} : { addressRange: `${addressText(base)}-${addressText(base + FRAME - 1)}` }),
      ...(at === undefined ? {} : { path: sources.source(at.file).path ?? at.file }),
    }));
    return { modules: all.slice(startModule, moduleCount > 0 ? startModule + moduleCount : undefined), totalModules: all.length };
  },
  loadedSources: ({ debuggee, sources }) => ({ sources: debuggee === undefined ? [] : pathsOf(debuggee).map((path) => sources.source(path)) }),
  source: ({ sources }, { source, sourceReference }) => {
    const path = sources.byReference(sourceReference) ?? (source === undefined ? undefined : sources.pathOf(source));
    const content = path === undefined ? undefined : sources.text(path);
    return content === undefined ? new Refusal('There is no such source.') : { content };
  },
  locations: ({ variables, sources }, { locationReference }) => {
    const range = variables.location(locationReference);
    return range === undefined ? new Refusal('That place is no longer there.') : sources.place(range);
  },
};
