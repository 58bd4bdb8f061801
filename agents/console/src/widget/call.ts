/** One call from the visitor's page: its state, and the phone it is made with, fetched only when it is wanted. */
import type { Account, Call as PhoneCall, Line } from '../sip/line';

export type OpenLine = (account: Account, listener: ConstructorParameters<typeof Line>[2]) => Line;

/** none: no call. asking: the browser wants a permission. Then as on any phone. */
export type CallStage = 'none' | 'asking' | 'connecting' | 'ringing' | 'talking' | 'ended';

interface Opened {
  name: string;
  secret: string;
  socket_path: string;
  ice_servers: { urls: string[]; username?: string; credential?: string }[];
  target: string;
}

const ANY_DEVICE = { microphone: '', speaker: '' };
const CONNECT_WITHIN_MS = 15_000;

export class PageCall {
  stage: CallStage = 'none';
  /** Why it failed; null while it has not. */
  error: string | null = null;
  readonly #base: string;
  readonly #widgetId: string;
  readonly #onChange: () => void;
  #line: Line | null = null;
  #call: PhoneCall | null = null;
  #late: ReturnType<typeof setTimeout> | undefined;

  constructor(base: string, widgetId: string, onChange: () => void) {
    this.#base = base;
    this.#widgetId = widgetId;
    this.#onChange = onChange;
  }

  get isMuted(): boolean {
    return this.#call?.isMuted ?? false;
  }

  async start(): Promise<void> {
    if (this.stage !== 'none' && this.stage !== 'ended') return;
    this.error = null;
    this.#become('asking');
    try {
      await this.#permission();
      if (this.#isGivenUp()) return;
      this.#become('connecting');
      const [openLine, opened] = await Promise.all([this.#script(), this.#phone()]);
      if (this.#isGivenUp()) return;
      this.#dial(openLine, opened);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : 'other');
    }
  }

  /** Whoever hangs up need not wait for what is under way. */
  #isGivenUp(): boolean {
    return this.stage === 'ended';
  }

  async #permission(): Promise<void> {
    if (!('mediaDevices' in navigator)) throw new Error('insecure');
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
    if (!stream) throw new Error('microphone');
    stream.getTracks().forEach((track) => track.stop());
  }

  #script(): Promise<OpenLine> {
    const page = window as { ccPhone?: OpenLine };
    if (page.ccPhone) return Promise.resolve(page.ccPhone);
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = `${this.#base}/widget-phone.js`;
      script.onload = () => (page.ccPhone ? resolve(page.ccPhone) : reject(new Error('network')));
      script.onerror = () => reject(new Error('network'));
      document.head.append(script);
    });
  }

  async #phone(): Promise<Opened> {
    const path = `/api/v1/chat/widgets/${encodeURIComponent(this.#widgetId)}/calls`;
    const response = await fetch(this.#base + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    }).catch(() => null);
    if (!response) throw new Error('network');
    const body = (await response.json().catch(() => ({}))) as Opened & { error?: { code?: string } };
    if (!response.ok) throw new Error(body.error?.code ?? 'other');
    return body;
  }

  #dial(openLine: OpenLine, opened: Opened): void {
    const account = {
      name: opened.name,
      secret: opened.secret,
      socketUrl: this.#base.replace(/^http/, 'ws') + opened.socket_path,
      iceServers: opened.ice_servers.map(({ urls, username, credential }) =>
        username ? { urls, username, credential } : { urls },
      ),
    };
    const line = openLine(account, {
      onState: (state) => {
        if (state === 'open' && !this.#call) this.#call = line.dial(opened.target, ANY_DEVICE);
      },
      onCall: (call) => call.end(),
      onChange: () => this.#follow(),
      onClosed: () => undefined,
    });
    this.#line = line;
    this.#late = setTimeout(() => !this.#call && this.#fail('network'), CONNECT_WITHIN_MS);
    line.open();
  }

  #follow(): void {
    const state = this.#call?.state;
    if (state === 'ended') this.#over();
    else if (state) this.#become(state);
  }

  press(digit: string): void {
    this.#call?.press(digit);
  }

  mute(): void {
    this.#call?.mute(!this.isMuted);
    this.#onChange();
  }

  hangUp(): void {
    if (this.#call) this.#call.end();
    else this.#over();
  }

  /** Back to where a call may be made. */
  reset(): void {
    if (this.stage !== 'ended') return;
    this.error = null;
    this.#become('none');
  }

  #fail(code: string): void {
    if (this.stage === 'none') return;
    this.error = code;
    this.#over();
  }

  #over(): void {
    clearTimeout(this.#late);
    const line = this.#line;
    this.#line = this.#call = null;
    this.#become('ended');
    line?.close();
  }

  #become(stage: CallStage): void {
    this.stage = stage;
    this.#onChange();
  }
}
