/** What the visitor sees: the bubble, and in the panel either the form or the conversation. */
import { askOf, SEND } from './ask';
import type { PageCall } from './call';
import { callButton, callPanel, renderCall } from './callView';
import type { Chat, FlowAsk, FlowLine, Greeting, Message, Said } from './chat';
import { el, goOnTyping, icon } from './dom';
import type { Storage, Unacknowledged } from './storage';
import { isChinese, type Words } from './strings';
import { css } from './style';

const CHAT =
  'M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H12l-4.5 4v-4h-1A2.5 2.5 0 0 1 4 13.5Z';
const CLOSE = 'M6 9.5l6 6 6-6';
const TEXT_MAX = 4000;

const flowKey = (line: FlowLine) => `f${line.n}.${line.at_ms}`;

export class View {
  readonly #chat: Chat;
  readonly #call: PageCall;
  readonly #storage: Storage;
  readonly #root = el('div', { class: 'root' });
  #words: Words;
  #language: string;
  #greeting: Greeting | null = null;
  #seenSeq = 0;
  #isStarting = false;
  #isEndAsked = false;
  /** What the panel was built for; it is built anew only when this changes, so typing is never disturbed. */
  #built = '';
  #log: HTMLElement | null = null;
  /** The number of the ask whose buttons stand there. */
  #askShown = 0;

  constructor([chat, call]: readonly [Chat, PageCall], storage: Storage, words: Words, language: string) {
    this.#chat = chat;
    this.#call = call;
    this.#storage = storage;
    this.#words = words;
    this.#language = language;
    const host = el('div', { 'data-callcenter-widget': true });
    const shadow = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.#root);
    document.body.append(host);
    this.#root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.#storage.kept.isOpen) this.#toggle();
      else if (!(event.composedPath()[0] instanceof HTMLInputElement)) this.#pressed(event.key);
    });
  }

  speak(words: Words, language: string): void {
    this.#words = words;
    this.#language = language;
    this.#built = '';
    this.render();
  }

  greet(greeting: Greeting): void {
    this.#greeting = greeting;
    if (this.#built === 'form' && !this.#isStarting) this.#built = ''; // a bubble made anew swallows a click under way
    const typing = (this.#root.getRootNode() as ShadowRoot).activeElement?.getAttribute('name');
    this.render();
    goOnTyping(this.#root, typing);
  }

  render(): void {
    const { stage } = this.#chat;
    const isOpen = this.#storage.kept.isOpen;
    const isCalling = this.#call.stage !== 'none';
    const talk = stage === 'form' ? 'form' : stage === 'closed' ? 'over' : 'talk';
    const kind = !isOpen ? 'bubble' : isCalling ? 'call' : talk;
    if (kind !== this.#built) this.#build(kind);
    this.#built = kind;
    if (kind === 'bubble') this.#renderBadge();
    else if (kind === 'call') renderCall(this.#root, this.#call, this.#words);
    else if (kind !== 'form') this.#renderTalk();
  }

  #own(text: Said | null | undefined): string {
    return text ? (isChinese(this.#language) ? text.zh : text.en) : '';
  }

  #toggle(): void {
    const isOpen = !this.#storage.kept.isOpen;
    this.#storage.put({ isOpen });
    this.render();
    const target = isOpen
      ? 'input:placeholder-shown, .ask input, .ask textarea, .ask button, textarea, .primary'
      : '.bubble';
    this.#root.querySelector<HTMLElement>(target)?.focus();
  }

  #build(kind: string): void {
    this.#log = null;
    this.#askShown = 0;
    this.#root.lang = this.#language;
    if (kind === 'bubble') {
      this.#root.replaceChildren(this.#bubble());
      return;
    }
    const words = this.#words;
    const title = this.#own(this.#greeting?.name) || words.title;
    const close = el(
      'button',
      { type: 'button', 'aria-label': words.close, click: () => this.#toggle() },
      icon(CLOSE),
    );
    const talk = () => (kind === 'call' ? callPanel(this.#call, words) : this.#talk(kind === 'over'));
    const body = kind === 'form' ? [this.#form()] : talk();
    const header = el('header', {}, el('h2', { id: 'title' }, title), close);
    this.#root.replaceChildren(
      el('section', { class: 'panel', role: 'dialog', 'aria-labelledby': 'title' }, header, ...body),
    );
  }

  #bubble(): HTMLElement {
    const open = () => this.#toggle();
    return el(
      'button',
      { type: 'button', class: 'bubble', 'aria-expanded': 'false', click: open },
      icon(CHAT),
      this.#words.open,
    );
  }

  #renderBadge(): void {
    const unread = this.#chat.messages.filter(
      (message) => message.author === 'agent' && message.seq > this.#seenSeq,
    ).length;
    this.#root.querySelector('.badge')?.remove();
    if (!unread) return;
    const badge = el('span', { class: 'badge', 'aria-label': this.#words.unread(unread) }, String(unread));
    this.#root.firstElementChild?.append(badge);
  }

  #form(): HTMLElement {
    const words = this.#words;
    const kept = this.#storage.kept;
    const name = el('input', {
      name: 'name',
      required: true,
      maxlength: '80',
      autocomplete: 'name',
      placeholder: ' ',
      value: kept.name,
    });
    const email = el('input', {
      name: 'email',
      type: 'email',
      maxlength: '200',
      autocomplete: 'email',
      placeholder: ' ',
      value: kept.email,
      title: words.emailHint,
    });
    const text = el('textarea', { name: 'text', required: true, maxlength: String(TEXT_MAX) });
    text.value = kept.draft;
    const keep = () => this.#storage.put({ name: name.value, email: email.value, draft: text.value });
    for (const field of [name, email, text]) field.addEventListener('input', keep);
    const error = el('p', { class: 'error', role: 'alert' });
    const button = el('button', { class: 'primary' }, words.start);
    const start = async () => {
      const opening = text.value.trim();
      if (this.#isStarting || !name.value.trim() || !opening) return;
      this.#isStarting = button.disabled = true;
      button.textContent = words.starting;
      const code = await this.#chat.start({
        name: name.value.trim(),
        email: email.value.trim(),
        language: isChinese(this.#language) ? 'zh' : 'en',
        text: opening,
      });
      this.#isStarting = button.disabled = false;
      button.textContent = words.start;
      error.textContent = code === null ? '' : (words.errors[code] ?? words.errors.other ?? '');
      if (code === null) this.#root.querySelector<HTMLElement>('textarea, .log')?.focus();
    };
    const submit = (event: Event) => {
      event.preventDefault();
      void start();
    };
    const { is_staffed: isStaffed = false, closed_message: closed } = this.#greeting ?? {};
    const said = this.#own(closed) || (isStaffed ? words.staffed : words.unstaffed);
    const there = this.#greeting && el('p', { class: isStaffed && !closed ? 'there' : 'away' }, said);
    return el(
      'form',
      { class: 'start', submit },
      el('p', { class: 'greeting' }, this.#own(this.#greeting?.greeting) || words.message),
      there,
      el('label', {}, words.name, name),
      el('label', {}, words.email, email),
      el('label', { class: 'grow' }, words.message, text),
      error,
      button,
      this.#greeting?.can_call ? callButton(this.#call, words, this.#root) : null,
    );
  }

  #talk(isOver: boolean): HTMLElement[] {
    const words = this.#words;
    this.#log = el('div', {
      class: 'log',
      role: 'log',
      'aria-live': 'polite',
      tabindex: '0',
      'aria-label': words.title,
    });
    const status = el('div', { class: 'status', role: 'status' });
    if (isOver) {
      const again = el(
        'button',
        { type: 'button', class: 'primary', click: () => this.#chat.reset() },
        words.again,
      );
      return [status, this.#log, el('div', { class: 'ask' }), el('div', { class: 'over' }, again)];
    }
    return [status, this.#log, el('div', { class: 'typing' }), el('div', { class: 'ask' }), this.#writer()];
  }

  #writer(): HTMLElement {
    const words = this.#words;
    const text = el('textarea', {
      rows: '1',
      'aria-label': words.write,
      placeholder: words.write,
      maxlength: String(TEXT_MAX),
    });
    text.value = this.#storage.kept.draft;
    const submit = () => {
      const said = text.value.trim();
      if (!said) return;
      text.value = '';
      this.#chat.say(said);
    };
    text.addEventListener('input', () => {
      this.#storage.put({ draft: text.value });
      if (text.value) this.#chat.sayTyping();
    });
    text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    });
    const onSubmit = (event: Event) => {
      event.preventDefault();
      submit();
      text.focus();
    };
    const send = el('button', { 'aria-label': words.send }, icon(SEND));
    return el('form', { class: 'write', submit: onSubmit }, text, send);
  }

  #statusText(): string {
    const { stage, position, estimate, agentName, isOnline, turnedAway, closedMessage } = this.#chat;
    const words = this.#words;
    if (!isOnline && stage !== 'closed') return words.offline;
    if (stage === 'connected') return words.connected(agentName);
    if (stage === 'closed')
      return this.#own(closedMessage) || (turnedAway && words.turnedAway[turnedAway]) || words.closed;
    if (stage === 'in_flow') return words.inFlow;
    if (stage === 'offered') return words.offered;
    const place = position === null ? words.waiting : words.waitingAhead(position);
    if (!estimate) return place;
    const [half, most] = estimate.map(words.wait);
    return `${place} · ${words.estimate(half ?? '', most ?? '')}`;
  }

  #renderStatus(): void {
    const { isOnline, stage } = this.#chat;
    const status = this.#root.querySelector<HTMLElement>('.status');
    const text = this.#statusText();
    if (!status || status.firstElementChild?.textContent === text) return;
    const hasEnd = stage !== 'closed' && isOnline;
    status.dataset.tone = isOnline || stage === 'closed' ? '' : 'warning';
    // Only the words change while the customer waits: a question half answered in the button stays.
    if (status.firstElementChild && hasEnd && status.childElementCount === 2)
      status.firstElementChild.textContent = text;
    else status.replaceChildren(el('span', {}, text), ...(hasEnd ? [this.#endButton()] : []));
  }

  #renderTalk(): void {
    const { messages, isAgentTyping, agentName, outbox } = this.#chat;
    this.#renderStatus();
    const typing = this.#root.querySelector('.typing');
    if (typing) typing.textContent = isAgentTyping ? this.#words.typing(agentName) : '';
    this.#renderLines(messages, outbox);
    this.#renderAsk();
    this.#seenSeq = messages[messages.length - 1]?.seq ?? this.#seenSeq;
  }

  /** Asks once more in the button itself: a dialog over a shop's page would be too much. */
  #endButton(): HTMLElement {
    this.#isEndAsked = false;
    const button = el('button', { type: 'button' }, this.#words.end);
    button.addEventListener('click', () => {
      if (this.#isEndAsked) this.#chat.end();
      this.#isEndAsked = true;
      button.textContent = this.#words.endSure;
    });
    return button;
  }

  /** Appends what is new and leaves the rest alone, so a screen reader reads a line once. */
  #renderLines(messages: Message[], outbox: readonly Unacknowledged[]): void {
    const log = this.#log;
    if (!log) return;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.querySelectorAll('[data-outbox]').forEach((line) => line.remove());
    const shown = new Set(Array.from(log.children, (line) => line.getAttribute('data-seq')));
    const { flowLines } = this.#chat;
    const fresh = [
      ...flowLines
        .filter((line) => !shown.has(flowKey(line)))
        .map((line) => ({ at: line.at_ms, made: () => this.#flowLine(line) })),
      ...messages
        .filter((message) => !shown.has(String(message.seq)))
        .filter(
          (message) => !flowLines.length || !(message.message_id === 'opening' || message.given?.length),
        )
        .map((message) => ({ at: message.at_ms, made: () => this.#line(message) })),
    ];
    for (const line of fresh.sort((a, b) => a.at - b.at)) log.append(line.made());
    for (const entry of outbox) log.append(this.#unsent(entry));
    if (isAtEnd || outbox.length) log.scrollTop = log.scrollHeight;
  }

  #line(message: Message): HTMLElement {
    const attributes = { 'data-seq': String(message.seq) };
    if (message.author === 'system') return el('p', { ...attributes, class: 'note' }, message.text);
    const time = new Intl.DateTimeFormat(this.#language, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    const isOwn = message.author === 'customer';
    const who = isOwn ? this.#words.you : message.author_name;
    return el(
      'div',
      { ...attributes, class: isOwn ? 'line own' : 'line' },
      el('p', {}, message.text),
      el('small', {}, `${who} · ${time.format(message.at_ms)}`),
    );
  }

  #flowLine(line: FlowLine): HTMLElement {
    const author = line.author === 'customer' ? 'customer' : 'agent';
    const name = this.#own(this.#greeting?.name) || this.#words.title;
    const made = this.#line({ ...line, author, author_name: name, seq: 0, message_id: '' });
    made.dataset.seq = flowKey(line);
    return made;
  }

  /** Buttons or a field for what the flow asks; built once for each ask, so typing is never disturbed. */
  #renderAsk(): void {
    const { asked, answered, stage, flowLines } = this.#chat;
    const place = this.#root.querySelector<HTMLElement>('.ask');
    const writer = this.#root.querySelector<HTMLElement>('form.write');
    if (writer) writer.hidden = stage === 'in_flow';
    const open = asked?.number === answered ? null : asked;
    const number = open?.number ?? 0;
    if (!place || number === this.#askShown) return;
    this.#askShown = number;
    const { activeElement } = this.#root.getRootNode() as ShadowRoot;
    const isHere = activeElement === this.#log || place.contains(activeElement);
    place.replaceChildren(...(open ? [this.#asking(open, flowLines)] : []));
    if (this.#log) this.#log.scrollTop = this.#log.scrollHeight;
    if (isHere) this.#focusOn(place);
  }

  #focusOn(place: HTMLElement): void {
    const target = place.querySelector<HTMLElement>('input, textarea, button') ?? this.#log;
    target?.focus();
  }

  #asking(open: FlowAsk, lines: FlowLine[]): HTMLElement {
    const prompt = lines.filter((line) => line.author === 'system').at(-1)?.text;
    return askOf(open, prompt ?? this.#words.answer, this.#words, (text) => this.#chat.answer(text));
  }

  #pressed(key: string): void {
    const { asked } = this.#chat;
    const isIn = this.#askShown && asked?.options.some((option) => option.key === key);
    const target = (this.#root.getRootNode() as ShadowRoot).activeElement;
    if (isIn && !(target instanceof HTMLTextAreaElement)) this.#chat.answer(key);
  }

  #unsent(entry: Unacknowledged): HTMLElement {
    const words = this.#words;
    const reason = entry.refused && (words.errors[entry.refused] ?? '');
    return el(
      'div',
      { class: entry.refused ? 'line own refused' : 'line own', 'data-outbox': true },
      el('p', {}, entry.text),
      el('small', {}, entry.refused ? `${words.failed}${reason ? ` · ${reason}` : ''}` : words.sending),
    );
  }
}
