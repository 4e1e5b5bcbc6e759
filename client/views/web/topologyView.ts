/** The topology view: what to show, the picture, and its summary in words. */
import { drawTopology, TOPOLOGY_STYLE } from '../model/topologyLayout.ts';
import { CHOICE, type Choice, select, type Shown, summary, TOPOLOGY, type Topology } from '../model/topology.ts';
import { drawingText } from '../model/drawing.ts';
import { button, element, labelled, redraw } from './dom.ts';
import { draw } from './draw.ts';
import { type Stage, t, type ViewScript } from './host.ts';

class TopologyPage {
  readonly #stage: Stage<Choice>;
  readonly #heading = element('h1', {});
  readonly #summary = element('p', { class: 'facts', role: 'status' });
  readonly #picture = element('div', {});
  readonly #filter: HTMLInputElement;
  readonly #show: HTMLSelectElement;
  #data: Topology | undefined;

  constructor(stage: Stage<Choice>) {
    this.#stage = stage;
    this.#filter = element('input', { type: 'search', input: () => this.#chosen(), placeholder: t('Device, StreamID, IOMMU or domain') });
    this.#filter.value = stage.ui.filter;
    const option = (value: Choice['show'], name: string): HTMLElement => element('option', { value, selected: stage.ui.show === value }, name);
    this.#show = element(
      'select', { change: () => this.#chosen() },
      option('enabled', t('enabled devices')), option('all', t('all devices')), option('problems', t('problems only')),
    );
    const tools = [labelled(t('Filter'), this.#filter), labelled(t('Show'), this.#show), button(t('Export SVG'), () => this.#export())];
    stage.root.replaceChildren(this.#heading, element('div', { class: 'toolbar' }, ...tools), this.#summary, this.#picture);
  }

  show(data: Topology): void {
    this.#data = data;
    this.#heading.textContent = this.#title(data);
    this.#draw(data);
  }

  #title({ board }: Topology): string {
    return t('Topology of {0}', board);
  }

  #choice(): Choice {
    const show = this.#show.value;
    return { filter: this.#filter.value, show: show === 'all' || show === 'problems' ? show : 'enabled' };
  }

  #chosen(): void {
    this.#stage.keep(this.#choice());
    if (this.#data !== undefined) this.#draw(this.#data);
  }

  #draw(data: Topology): void {
    const shown = select(data, this.#choice());
    this.#summary.textContent = summary(shown, t);
    redraw(this.#picture, shown.groups.length === 0 ? element('p', {}, this.#whyNothing(data)) : draw(this.#drawing(data, shown), { open: (place) => this.#stage.open(place) }));
  }

  #whyNothing(data: Topology): string {
    if (data.iommus.length === 0) return t('This board has no IOMMU: no device\'s DMA is translated.');
    return this.#choice().show === 'problems' && this.#filter.value === '' ? t('No StreamID is shared, and every master is behind an IOMMU.') : t('No device matches.');
  }

  #drawing(data: Topology, shown: Shown): ReturnType<typeof drawTopology> {
    return drawTopology(shown, this.#title(data));
  }

  #export(): void {
    const data = this.#data;
    if (data === undefined) return;
    const name = data.board.slice(data.board.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
    this.#stage.save(`${name}-topology.svg`, drawingText(this.#drawing(data, select(data, this.#choice())), TOPOLOGY_STYLE));
  }
}

/** The script of the view. */
export const topologyView: ViewScript<Topology, Choice> = {
  data: TOPOLOGY,
  ui: CHOICE,
  initial: { filter: '', show: 'enabled' },
  mount(stage) {
    const page = new TopologyPage(stage);
    return (data) => page.show(data);
  },
};
