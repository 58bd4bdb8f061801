/** One chat from the customer's side: its state, its messages, and the socket that keeps both true. */
import { newId, type Storage, type Unacknowledged } from './storage';

const VERSION = 1;
const FIRST_PAUSE_MS = 500;
const PAUSE_MAX_MS = 15_000;
const TYPING_EVERY_MS = 2_000;
const TYPING_SHOWN_MS = 4_000;
/** So long a chat that is over waits for the questions that may follow. */
const LINGER_MS = 10_000;

export interface Message {
  seq: number;
  message_id: string;
  author: 'customer' | 'agent' | 'system';
  author_name: string;
  text: string;
  at_ms: number;
  /** What was chosen in a flow: the page has it line by line. */
  given?: object[];
}

/** A text in both languages. */
export interface Said {
  en: string;
  zh: string;
}

/** One line of a flow before the queue, or after the chat. */
export interface FlowLine {
  n: number;
  author: 'customer' | 'system';
  text: string;
  at_ms: number;
}

/** What the flow asks: one of the options, or digits, a text, a telephone number, a message. */
export interface FlowAsk {
  number: number;
  kind: 'choice' | 'mark' | 'digits' | 'text' | 'phone' | 'message';
  options: { key: string; label: string }[];
  length_min: number;
  length_max: number;
  is_secret: boolean;
}

/** What the widget is told before a chat. */
export interface Greeting {
  name: Said;
  greeting: Said;
  is_staffed: boolean;
  closed_message?: Said | null;
  /** Whether the page may call, now. */
  can_call?: boolean;
}

export type Stage = 'form' | 'joining' | 'in_flow' | 'waiting' | 'offered' | 'connected' | 'closed';

type Frame =
  | {
      type: 'state';
      state: 'in_flow' | 'waiting' | 'offered' | 'connected' | 'closed';
      agent_name: string;
      position: number | null;
      wait_p50_ms?: number | null;
      wait_p90_ms?: number | null;
      turned_away?: string | null;
      closed_message?: Said | null;
    }
  | { type: 'flow'; lines: FlowLine[]; asked: FlowAsk | null }
  | { type: 'message'; message: Message }
  | { type: 'typing' }
  | { type: 'refused'; message_id: string | null; code: string }
  | { type: 'bye'; code: string };

/** Half of such waits end within the first, nine of ten within the second, in ms. */
export type Estimate = readonly [number, number];

export interface Form {
  name: string;
  email: string;
  language: string;
  text: string;
}

export class Chat {
  stage: Stage = 'form';
  agentName = '';
  position: number | null = null;
  estimate: Estimate | null = null;
  /** Why a chat that is closed found nobody; null when it just ended. */
  turnedAway: string | null = null;
  /** What is said to it instead of the usual words. */
  closedMessage: Said | null = null;
  messages: Message[] = [];
  flowLines: FlowLine[] = [];
  asked: FlowAsk | null = null;
  /** The number of the ask that was answered last: its buttons rest until the next. */
  answered = 0;
  isOnline = true;
  isAgentTyping = false;

  readonly #base: string;
  readonly #widgetId: string;
  readonly #storage: Storage;
  readonly #onChange: () => void;
  #socket: WebSocket | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #typingShown: ReturnType<typeof setTimeout> | undefined;
  #lingering: ReturnType<typeof setTimeout> | undefined;
  #answer: object | null = null;
  #failures = 0;
  #isEnding = false;
  #saidTypingAt = 0;

  constructor(base: string, widgetId: string, storage: Storage, onChange: () => void) {
    this.#base = base;
    this.#widgetId = widgetId;
    this.#storage = storage;
    this.#onChange = onChange;
    if (storage.kept.token) this.#join();
    storage.watch(() => this.#followOtherTab());
  }

  get outbox(): readonly Unacknowledged[] {
    return this.#storage.kept.outbox;
  }

  /** Null when it worked, else the code of what went wrong. Asking again after a lost answer is safe. */
  async start(form: Form): Promise<string | null> {
    const key = this.#storage.kept.startKey ?? newId();
    this.#storage.put({ startKey: key, name: form.name, email: form.email });
    const path = `/api/v1/chat/widgets/${encodeURIComponent(this.#widgetId)}/contacts`;
    let response: Response;
    try {
      response = await fetch(this.#base + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
        body: JSON.stringify(form),
      });
    } catch {
      return 'network';
    }
    const body = (await response.json().catch(() => ({}))) as { token?: string; error?: { code?: string } };
    if (!body.token) {
      if (response.status < 500) this.#storage.put({ startKey: null });
      const code = body.error?.code ?? 'other';
      return response.status === 503 && code !== 'overloaded' ? 'network' : code;
    }
    this.#storage.put({ token: body.token, startKey: null, draft: '' });
    this.#join();
    return null;
  }

  say(text: string): void {
    const entry = { id: newId(), text };
    this.#storage.put({ outbox: [...this.outbox, entry], draft: '' });
    this.#send({ type: 'message', message_id: entry.id, text });
    this.#onChange();
  }

  /** Nothing is what who will not say says. */
  answer(text: string): void {
    if (!this.asked || this.answered === this.asked.number) return;
    this.answered = this.asked.number;
    this.#answer = { type: 'answer', number: this.asked.number, text };
    this.#send(this.#answer);
    this.#onChange();
  }

  sayTyping(): void {
    if (this.stage !== 'connected' || Date.now() - this.#saidTypingAt < TYPING_EVERY_MS) return;
    this.#saidTypingAt = Date.now();
    this.#send({ type: 'typing' });
  }

  /** Said again after a lost connection, until the server has closed it. */
  end(): void {
    this.#isEnding = true;
    this.#send({ type: 'end' });
  }

  /** Back to the form; the finished chat leaves nothing in this browser but the name. */
  reset(): void {
    this.#leave();
    this.#isEnding = false;
    this.#storage.put({ token: null, startKey: null, outbox: [], draft: '' });
    Object.assign(this, {
      stage: 'form',
      agentName: '',
      position: null,
      estimate: null,
      turnedAway: null,
      closedMessage: null,
      messages: [],
      flowLines: [],
      asked: null,
      answered: 0,
      isOnline: true,
    });
    this.#onChange();
  }

  /** A chat started, or left, in another tab of the shop is so here too. */
  #followOtherTab(): void {
    const hasToken = this.#storage.kept.token !== null;
    if (hasToken && this.stage === 'form') this.#join();
    else if (!hasToken && this.stage === 'closed') this.reset();
    this.#onChange();
  }

  #leave(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#lingering);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #join(): void {
    this.#leave();
    if (this.stage === 'form') this.stage = 'joining';
    const socket = new WebSocket(`${this.#base.replace(/^http/, 'ws')}/api/v1/chat/socket`);
    this.#socket = socket;
    socket.onopen = () =>
      this.#send({
        type: 'hello',
        version: VERSION,
        token: this.#storage.kept.token ?? '',
        after_seq: this.messages[this.messages.length - 1]?.seq ?? 0,
      });
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket === this.#socket) this.#receive(JSON.parse(event.data) as Frame);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
    this.#onChange();
  }

  #lost(): void {
    this.isOnline = false;
    this.isAgentTyping = false;
    const ceiling = Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#join(), ceiling * (0.5 + Math.random() / 2));
    this.#onChange();
  }

  #receive(frame: Frame): void {
    if (frame.type === 'state') this.#receiveState(frame);
    else if (frame.type === 'flow') this.#receiveFlow(frame.lines, frame.asked);
    else if (frame.type === 'message') this.#receiveMessage(frame.message);
    else if (frame.type === 'typing') this.#showTyping();
    else if (frame.type === 'refused') this.#refuse(frame.message_id, frame.code);
    else if (frame.code === 'token_invalid') this.reset();
    this.#onChange();
  }

  #receiveState(frame: Frame & { type: 'state' }): void {
    const isBack = !this.isOnline || this.#failures > 0 || this.stage === 'joining';
    this.#failures = 0;
    this.isOnline = true;
    this.stage = frame.state;
    this.agentName = frame.agent_name;
    this.position = frame.position;
    const [half, most] = [frame.wait_p50_ms, frame.wait_p90_ms];
    this.estimate = half && most ? [half, most] : null;
    this.turnedAway = frame.turned_away ?? null;
    this.closedMessage = frame.closed_message ?? null;
    if (frame.state === 'closed') {
      this.#isEnding = false;
      clearTimeout(this.#lingering);
      if (!this.asked) this.#lingering = setTimeout(() => this.#leave(), LINGER_MS);
    } else if (isBack) this.#resend();
  }

  /** The same ids again: what had arrived after all is stored once. */
  #resend(): void {
    for (const entry of this.outbox)
      if (!entry.refused) this.#send({ type: 'message', message_id: entry.id, text: entry.text });
    if (this.#isEnding) this.end();
  }

  /** The flow comes whole; what was asked last is asked until another number comes. */
  #receiveFlow(lines: FlowLine[], asked: FlowAsk | null): void {
    this.flowLines = lines;
    this.asked = asked;
    if (asked?.number !== this.answered) this.#answer = null;
    else if (this.#answer && !this.isOnline) this.#send(this.#answer);
    if (asked) clearTimeout(this.#lingering);
  }

  #receiveMessage(message: Message): void {
    if (message.author === 'agent') this.isAgentTyping = false;
    if (this.outbox.some((entry) => entry.id === message.message_id))
      this.#storage.put({ outbox: this.outbox.filter((entry) => entry.id !== message.message_id) });
    if (this.messages.some((known) => known.seq === message.seq)) return;
    this.messages = [...this.messages, message].sort((a, b) => a.seq - b.seq);
  }

  #refuse(messageId: string | null, code: string): void {
    const mark = (entry: Unacknowledged) => (entry.id === messageId ? { ...entry, refused: code } : entry);
    this.#storage.put({ outbox: this.outbox.map(mark) });
  }

  #showTyping(): void {
    this.isAgentTyping = true;
    clearTimeout(this.#typingShown);
    this.#typingShown = setTimeout(() => {
      this.isAgentTyping = false;
      this.#onChange();
    }, TYPING_SHOWN_MS);
  }

  #send(frame: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}
