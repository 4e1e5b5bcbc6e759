/**
 * The script's side of a webview: takes data from the host when it has the right shape, remembers
 * how the view was set over hiding and reloading, and asks the host for what a webview may not do.
 * Every view is a `ViewScript`; which one runs is written on the page.
 */
import { type FromWeb, type Place, STATE, TO_WEB } from '../messages.ts';
import type { Shape } from '../shape.ts';
import { element } from './dom.ts';

interface VsCode {
  postMessage(message: FromWeb): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCode;

/** What a view's script can do. */
export interface Stage<U> {
  readonly root: HTMLElement;
  /** How the view was set when it was last seen. */
  readonly ui: U;
  /** Remembers how the view is set now. */
  keep(ui: U): void;
  open(place: Place): void;
  copy(what: string, text: string): void;
  save(name: string, text: string): void;
  act(name: string, value: unknown): void;
}

/** One view: the shape of its data and of its settings, and how it draws itself. */
export interface ViewScript<D, U> {
  readonly data: Shape<D>;
  readonly ui: Shape<U>;
  readonly initial: U;
  /** Builds what does not change, and answers how new data is shown. */
  mount(stage: Stage<U>): (data: D) => void;
}

const strings = readStrings();

function readStrings(): ReadonlyMap<string, string> {
  try {
    const parsed: unknown = JSON.parse(document.body.dataset['strings'] ?? '{}');
    const entries = Object.entries(typeof parsed === 'object' && parsed !== null ? parsed : {});
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return new Map();
  }
}

/** A sentence in the user's language, with `{0}` and so on filled in. */
export function t(message: string, ...values: readonly (string | number)[]): string {
  return (strings.get(message) ?? message).replaceAll(/\{(\d)\}/g, (hole, index: string) => String(values[Number(index)] ?? hole));
}

/** Runs one view on this page. */
export function runView<D, U>(script: ViewScript<D, U>): void {
  const api = acquireVsCodeApi();
  const subject = document.body.dataset['subject'] ?? '';
  const root = document.getElementById('view') ?? document.body;
  const old = api.getState();
  const kept = STATE(old) && old.subject === subject && script.ui(old.ui) ? old.ui : script.initial;
  let ui = kept;
  const stage: Stage<U> = {
    root,
    get ui() { return ui; },
    keep: (now) => {
      ui = now;
      api.setState({ subject, ui });
    },
    open: (place) => api.postMessage({ kind: 'open', place }),
    copy: (what, copied) => api.postMessage({ kind: 'copy', what, text: copied }),
    save: (name, saved) => api.postMessage({ kind: 'save', name, text: saved }),
    act: (name, value) => api.postMessage({ kind: 'act', name, value }),
  };
  stage.keep(kept);
  let update: ((data: D) => void) | undefined;
  window.addEventListener('message', ({ data: message }: MessageEvent<unknown>) => {
    if (!TO_WEB(message)) return;
    if (message.kind === 'show' && script.data(message.data)) (update ??= script.mount(stage))(message.data);
    else {
      update = undefined;
      root.replaceChildren(message.kind === 'empty' ? emptyState(message.text, message.advice) : emptyState(t('This view was sent data that it does not understand.'), null));
    }
  });
  api.postMessage({ kind: 'ready' });
}

/** Says why there is nothing to see, and what to do about it. */
function emptyState(why: string, advice: string | null): HTMLElement {
  const lines = [element('h1', { class: 'why' }, why), ...(advice === null ? [] : [element('p', {}, advice)])];
  return element('div', { class: 'empty', role: 'status' }, ...lines);
}
