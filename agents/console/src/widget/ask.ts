/** What a flow asks, as buttons or a field. */
import type { FlowAsk } from './chat';
import { el, icon } from './dom';
import type { Words } from './strings';

export const SEND = 'M4 12 20.5 4.5 15.5 20l-4-6.5ZM11.5 13.5l9-9';

const patterns: Partial<Record<FlowAsk['kind'], string>> = {
  digits: '[0-9*#]+',
  phone: '[+]?[0-9 ()./\\-]+',
};
const types: Partial<Record<FlowAsk['kind'], string>> = { phone: 'tel' };

function field(asked: FlowAsk, prompt: string): HTMLInputElement | HTMLTextAreaElement {
  const common = {
    'aria-label': prompt,
    minlength: String(asked.length_min),
    maxlength: String(asked.length_max),
    required: true,
  };
  if (asked.kind === 'message') return el('textarea', { ...common, rows: '3' });
  const pattern = patterns[asked.kind];
  return el('input', {
    ...common,
    type: asked.is_secret ? 'password' : (types[asked.kind] ?? 'text'),
    inputmode: asked.kind === 'digits' ? 'numeric' : asked.kind === 'phone' ? 'tel' : 'text',
    autocomplete: asked.kind === 'phone' ? 'tel' : 'off',
    ...(pattern && { pattern }),
  });
}

/** `answer` is told the key of a button, what was typed, or nothing by who will not say. */
export function askOf(
  asked: FlowAsk,
  prompt: string,
  words: Words,
  answer: (text: string) => void,
): HTMLElement {
  const say = (text: string) => () => answer(text);
  const skip = el('button', { type: 'button', class: 'skip', click: say('') }, words.skip);
  const group = { role: 'group', 'aria-label': prompt, class: asked.kind };
  if (asked.options.length) {
    const buttons = asked.options.map(({ key, label }) =>
      el(
        'button',
        { type: 'button', 'aria-keyshortcuts': key, 'data-key': key, click: say(key) },
        label !== key && el('kbd', { 'aria-hidden': 'true' }, key),
        label,
      ),
    );
    return el('div', group, ...buttons, asked.kind === 'mark' && skip);
  }
  const input = field(asked, prompt);
  const submit = (event: Event) => {
    event.preventDefault();
    if (input.value.trim()) answer(input.value.trim());
  };
  const send = el('button', { 'aria-label': words.send }, icon(SEND));
  return el('form', { ...group, class: 'field', submit }, input, send, skip);
}
