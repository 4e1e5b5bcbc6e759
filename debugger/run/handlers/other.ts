/** Variables and lines for people. */
import { evaluate } from '../../expression/evaluate.ts';
import { inlineText, textOf } from '../../expression/value.ts';
import { ok, type Handler } from '../act.ts';
import { unusable } from '../arguments.ts';

const MOST_VARIABLES = 1000;

/** The handlers of the rest. */
export const OTHER_HANDLERS: Readonly<Record<string, Handler>> = {
  let: (act) => {
    const value = act.args.value('value');
    const name = act.args.word('name');
    if (value?.kind !== 'expression') return unusable('the value is missing');
    const result = evaluate(value.expression, act.scope);
    if (!result.ok) return unusable(result.message);
    if (act.variables.size >= MOST_VARIABLES && !act.variables.has(name)) unusable(`${MOST_VARIABLES} variables are the most`);
    act.variables = new Map([...act.variables, [name, result.value]]);
    return ok(`${name} is ${textOf(result.value)}`);
  },
  echo: (act) => {
    const value = act.args.value('text');
    if (value?.kind !== 'template') return ok(act.args.word('text'));
    return ok(value.parts.map((part) => {
      if (typeof part === 'string') return part;
      const result = evaluate(part, act.scope);
      return result.ok ? inlineText(result.value) : unusable(result.message);
    }).join(''));
  },
};
