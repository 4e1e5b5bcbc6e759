/**
 * Building HTML without a template engine: text is only ever text, so nothing that a user wrote can
 * become markup. Redrawing keeps the focus where it was, by the `data-key` of what had it.
 */

/** Attributes, and `onclick`-like handlers as functions. */
export type Attributes = Readonly<Record<string, string | number | boolean | ((event: Event) => void)>>;

/** An element of HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes, ...children: readonly (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

/** Sets attributes; `true` is an empty one, `false` none, a function listens. */
export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') target.addEventListener(name, value);
    else if (value !== false) target.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Puts new children in place of the old, and the focus back to the one of the same key. */
export function redraw(target: Element, ...children: readonly (Node | string)[]): void {
  const active = document.activeElement;
  const key = active !== null && target.contains(active) ? active.getAttribute('data-key') : null;
  target.replaceChildren(...children);
  if (key === null) return;
  const again = [...target.querySelectorAll<HTMLElement>('[data-key]')].find((one) => one.getAttribute('data-key') === key);
  again?.focus({ preventScroll: true });
}

let labels = 0;

/** A field with its label, as a search box or a drop-down needs one. */
export function labelled(text: string, field: HTMLElement): HTMLElement {
  field.id = `field-${(labels += 1)}`;
  return element('span', { class: 'field' }, element('label', { for: field.id }, text), field);
}

/** A push button. */
export function button(text: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  return element('button', { type: 'button', click: press, ...attributes }, text);
}
