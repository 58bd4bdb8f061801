/**
 * What outlives the page. localStorage, not sessionStorage: shoppers open products in new tabs and close the
 * first one, and the chat must go on there. It holds no transcript (that comes back from the server by the
 * token), only what is not delivered yet, and is emptied when the chat is over.
 */

export interface Unacknowledged {
  id: string;
  text: string;
  /** The server's code when it refused the message. */
  refused?: string;
}

export interface Kept {
  /** Null until a chat was started. */
  token: string | null;
  /** The key of a start whose answer is not known yet. */
  startKey: string | null;
  outbox: Unacknowledged[];
  draft: string;
  name: string;
  email: string;
  isOpen: boolean;
}

const fresh: Kept = {
  token: null,
  startKey: null,
  outbox: [],
  draft: '',
  name: '',
  email: '',
  isOpen: false,
};

export class Storage {
  readonly #key: string;
  #kept: Kept = fresh;

  constructor(widgetId: string) {
    this.#key = `cc-chat:${widgetId}`;
    this.#kept = this.#read();
  }

  get kept(): Readonly<Kept> {
    return this.#kept;
  }

  /** On top of what another tab of the shop may have written meanwhile. */
  put(change: Partial<Kept>): void {
    this.#kept = { ...this.#read(), ...change };
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // Storage is off or full: the chat works, it only does not outlive this page.
    }
  }

  /** Told when another tab of the shop changed something. */
  watch(listener: () => void): void {
    window.addEventListener('storage', (event) => {
      if (event.key !== this.#key) return;
      this.#kept = this.#read();
      listener();
    });
  }

  #read(): Kept {
    try {
      const text = localStorage.getItem(this.#key);
      return text === null ? this.#kept : { ...fresh, ...(JSON.parse(text) as Partial<Kept>) };
    } catch {
      return this.#kept;
    }
  }
}

export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
