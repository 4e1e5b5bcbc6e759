// `npm run code:web`: VS Code in the browser with this checkout's extension, on the examples.
import { load } from './bundle.mjs';

const { serve } = await load('web');
await serve();
