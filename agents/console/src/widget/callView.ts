/** A call in the panel: what it is doing, mute, a keypad, and its end. */
import type { PageCall } from './call';
import { el } from './dom';
import type { Words } from './strings';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

function keypad(call: PageCall, words: Words): HTMLElement {
  const pressed = el('output', { class: 'pressed', 'aria-live': 'polite' });
  const press = (key: string) => {
    call.press(key);
    pressed.textContent += key;
  };
  const pad = el(
    'div',
    { class: 'keypad', role: 'group', 'aria-label': words.keypad },
    ...KEYS.map((key) => el('button', { type: 'button', click: () => press(key) }, key)),
  );
  pad.addEventListener('keydown', (event) => {
    if (KEYS.includes(event.key)) press(event.key);
  });
  return el('div', { class: 'keys' }, pressed, pad);
}

/** Built once for each call; `renderCall` keeps it true. */
export function callPanel(call: PageCall, words: Words): HTMLElement[] {
  const status = el('p', { class: 'call-status', role: 'status' });
  const error = el('p', { class: 'error', role: 'alert' });
  const mute = el('button', { type: 'button', class: 'mute', click: () => call.mute() });
  const end = el('button', { type: 'button', class: 'hang-up', click: () => call.hangUp() }, words.hangUp);
  const again = el(
    'button',
    { type: 'button', class: 'primary again', click: () => call.reset() },
    words.back,
  );
  return [el('div', { class: 'call' }, status, error, keypad(call, words), mute, end, again)];
}

export function renderCall(root: HTMLElement, call: PageCall, words: Words): void {
  const find = (name: string) => root.querySelector<HTMLElement>(`.call .${name}`);
  const { stage } = call;
  const isOver = stage === 'ended';
  const status = find('call-status');
  const text = words.call[stage] ?? '';
  if (status && status.textContent !== text) status.textContent = text;
  const error = find('error');
  if (error) error.textContent = call.error ? (words.errors[call.error] ?? words.errors.other ?? '') : '';
  const mute = find('mute');
  if (mute) {
    mute.textContent = call.isMuted ? words.unmute : words.mute;
    mute.setAttribute('aria-pressed', String(call.isMuted));
    mute.hidden = stage !== 'talking';
  }
  const [keys, end, again] = [find('keys'), find('hang-up'), find('again')];
  if (keys) keys.hidden = stage !== 'talking';
  if (end) end.hidden = isOver;
  if (again) again.hidden = !isOver;
}

/** Only where somebody would answer. */
export function callButton(call: PageCall, words: Words, root: HTMLElement): HTMLElement {
  const start = () => {
    void call.start();
    root.querySelector<HTMLElement>('.hang-up')?.focus();
  };
  return el('button', { type: 'button', class: 'second', click: start }, words.callUs);
}
