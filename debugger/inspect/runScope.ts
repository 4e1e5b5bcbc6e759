/** The scope of `let`, `expect` and `echo` in a run: what an inspector of the present state gives. */
import type { ScopeMaker } from '../run/index.ts';
import { scopeOf } from './scope.ts';
import { Inspector } from './inspector.ts';

/** Everything that expressions can ask of the machine, at the moment when they ask. Variables of the scenario come before it. */
export const inspectScope: ScopeMaker = (system, state) => {
  const now = (): ReturnType<typeof scopeOf> => new Inspector(system, { last: state().last }).scope;
  return {
    name: (name) => now().name(name), call: (name, args) => now().call(name, args), names: () => now().names?.() ?? [],
    element: (name, index) => now().element?.(name, index), member: (name, member) => now().member?.(name, member),
  };
};
