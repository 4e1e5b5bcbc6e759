/** The one script of all webviews: runs the view that the page names. */
import './views.css';
import { debugView } from './debugView.ts';
import { runView } from './host.ts';
import { tablesView } from './tablesView.ts';
import { topologyView } from './topologyView.ts';

/** Views by the id that their panel has; each entry closes over the types of its own data. */
const VIEWS: ReadonlyMap<string, () => void> = new Map([
  ['topology', () => runView(topologyView)],
  ['streams', () => runView(tablesView)],
  ['ownership', () => runView(tablesView)],
  ...['walk', 'timeline', 'queues', 'pageTables', 'guestHost'].map((id): [string, () => void] => [id, () => runView(debugView)]),
]);

VIEWS.get(document.body.dataset['view'] ?? '')?.();
