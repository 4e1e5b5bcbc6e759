/**
 * Finds the mutants of a TypeScript source and weaves them all into it: every mutated expression
 * becomes a choice on the number of the mutant that is switched on, so that one bundle holds them
 * all. Types are left alone; the bundler does not check them.
 */
import { parseSync } from 'oxc-parser';

const SWAPS = {
  '===': ['!=='], '!==': ['==='], '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'],
  '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'], '&': ['|'], '|': ['&'], '^': ['&'], '<<': ['>>>'], '>>': ['<<'], '>>>': ['<<'],
  '&&': ['||'], '||': ['&&'], '??': ['&&'],
};

/** Subtrees that hold no code of the program, or whose change says nothing. */
const SKIP_TYPES = /^TS(?!AsExpression|NonNullExpression|SatisfiesExpression)|^(?:ImportDeclaration|TemplateElement)$/;

/** `x | 0`, `x >>> 0`: conversions; changing their operator changes the representation, not the value. */
function isConversion(node) {
  return (node.operator === '|' || node.operator === '>>>' || node.operator === '>>') && node.right.type === 'Literal' && node.right.value === 0;
}

/** The mutations of one node as text, built from the unmutated source. */
function replacements(node, text, context) {
  const of = (n) => text.slice(n.start, n.end);
  if (node.type === 'BinaryExpression' || node.type === 'LogicalExpression') {
    if (isConversion(node)) return [];
    return (SWAPS[node.operator] ?? []).map((op) => ({ what: `${node.operator} becomes ${op}`, to: `(${of(node.left)} ${op} ${of(node.right)})` }));
  }
  if (node.type === 'UnaryExpression' && (node.operator === '!' || node.operator === '-' || node.operator === '~')) {
    return [{ what: `${node.operator} is dropped`, to: `(${of(node.argument)})` }];
  }
  if (node.type === 'Literal' && typeof node.value === 'boolean') return [{ what: `${node.value} becomes ${!node.value}`, to: String(!node.value) }];
  if (node.type === 'Literal' && typeof node.value === 'number' && !context.isConversionOperand) {
    return [{ what: `${node.raw} becomes ${node.value + 1}`, to: String(node.value + 1) }];
  }
  if (node.type === 'ExpressionStatement' && /^(?:CallExpression|AssignmentExpression)$/.test(node.expression.type)) {
    return [{ what: 'the statement is dropped', to: '' }];
  }
  if (node.type === 'ConditionalExpression') return [{ what: 'the condition is negated', to: `(!(${of(node.test)}) ? ${of(node.consequent)} : ${of(node.alternate)})` }];
  return [];
}

function children(node) {
  const found = [];
  for (const [key, value] of Object.entries(node)) {
    if (key === 'type' || key === 'start' || key === 'end') continue;
    // A key or a name is no expression.
    if ((node.type === 'Property' || node.type === 'PropertyDefinition' || node.type === 'MethodDefinition') && key === 'key' && !node.computed) continue;
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== null && typeof item === 'object' && typeof item.type === 'string') found.push(item);
    }
  }
  return found;
}

/** Mutants of a source with their places, in source order; `first` is the number of the first. */
export function weave(path, text, first) {
  const program = parseSync(path, text).program;
  const mutants = [];
  const lineOf = (at) => text.slice(0, at).split('\n').length;
  const emit = (node, context) => {
    if (SKIP_TYPES.test(node.type)) return text.slice(node.start, node.end);
    const mine = replacements(node, text, context).map((r) => {
      const mutant = { id: first + mutants.length, path, line: lineOf(node.start), what: r.what, source: text.slice(node.start, node.end).split('\n')[0] };
      mutants.push(mutant);
      return { ...r, id: mutant.id };
    });
    const kids = children(node).toSorted((a, b) => a.start - b.start);
    let out = '';
    let at = node.start;
    for (const kid of kids) {
      if (kid.start < at) continue;
      const inner = { isConversionOperand: node.type === 'BinaryExpression' && isConversion(node) && kid === node.right };
      out += text.slice(at, kid.start) + emit(kid, inner);
      at = kid.end;
    }
    out += text.slice(at, node.end);
    for (const r of mine) {
      out = node.type === 'ExpressionStatement' ? `if (__mutant !== ${r.id}) { ${out} }` : `(__mutant === ${r.id} ? ${r.to} : ${out})`;
    }
    return out;
  };
  return { mutants, code: text.slice(0, program.start) + emit(program, {}) + text.slice(program.end) };
}
