/** The walkthrough in package.json: its steps can be done, and are ticked off when they were. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly svg: string };
  readonly completionEvents: readonly string[];
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { contributes: { commands: { command: string }[]; walkthroughs: { id: string; steps: Step[] }[] } };
const words = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
const actions = ['client/walkthrough.ts', 'client/debug/views.ts'].map((path) => readFileSync(path, 'utf8')).join('');
const [walkthrough] = manifest.contributes.walkthroughs;
const steps = walkthrough?.steps ?? [];
const buttons = ({ description }: Step): string[] => [...(words[description.slice(1, -1)] ?? '').matchAll(/\]\(command:([\w.]+)\)/g)].map(([, command = '']) => command);

describe('the walkthrough', () => {
  it('has four steps, and is the one that Get Started opens', () => {
    expect(steps.map(({ id }) => id)).toEqual(['examples', 'board', 'walk', 'fault']);
    expect(actions).toContain(`#${walkthrough?.id}\``);
  });

  it.each(steps)('step $id has a button that exists and completes it', (step) => {
    expect(buttons(step).length).toBeGreaterThan(0);
    for (const command of buttons(step)) {
      expect(actions).toContain(`'${command}'`);
      expect(step.completionEvents).toContain(`onCommand:${command}`);
    }
  });

  it.each(steps)('the picture of step $id follows the theme and is small', ({ media }) => {
    const picture = readFileSync(media.svg, 'utf8');
    expect(picture.length).toBeLessThan(8000);
    expect(picture.match(/(?:fill|stroke)="(?!var\(--vscode-|none)[^"]*"/g) ?? []).toEqual([]);
  });
});
