/** The chat widget: `<script src="https://HOST/widget.js" data-widget="demo" async></script>`. */
import { PageCall } from './call';
import { Chat, type Greeting } from './chat';
import { Storage } from './storage';
import { languageOf, wordsOf } from './strings';
import { View } from './view';

function mount(script: HTMLScriptElement): void {
  const base = new URL(script.src).origin;
  const widgetId = script.dataset.widget ?? 'demo';
  const storage = new Storage(widgetId);
  let view: View | null = null;
  const chat = new Chat(base, widgetId, storage, () => view?.render());
  const call = new PageCall(base, widgetId, () => view?.render());
  const language = languageOf(script);
  const shown = new View([chat, call], storage, wordsOf(language), language);
  view = shown;
  shown.render();

  const follow = () => {
    const now = languageOf(script);
    shown.speak(wordsOf(now), now);
  };
  new MutationObserver(follow).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['lang'],
  });

  fetch(`${base}/api/v1/chat/widgets/${encodeURIComponent(widgetId)}`)
    .then((response) => (response.ok ? (response.json() as Promise<Greeting>) : null))
    .then((greeting) => greeting && shown.greet(greeting))
    // Without a greeting the form still works; a start tells what is wrong.
    .catch(() => undefined);
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => mount(script));
  else mount(script);
}
