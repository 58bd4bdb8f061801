/** The desk socket: says hello, hands frames on, and comes back by itself with jittered back-off. */
import { PROTOCOL_VERSION, type FromConsole, type ToConsole } from '../api/types';
import type { LinkState } from './state';

const FIRST_PAUSE_MS = 400;
const PAUSE_MAX_MS = 10_000;

export interface SocketHooks {
  messagesAfter: () => Record<string, number>;
  onFrame: (frame: ToConsole) => void;
  onLink: (link: LinkState, retryAtMs: number | null) => void;
}

export class DeskSocket {
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isClosed = false;
  readonly #url: string;
  readonly #hooks: SocketHooks;

  constructor(url: string, hooks: SocketHooks) {
    this.#url = url;
    this.#hooks = hooks;
    this.#connect();
  }

  /** False when there is no open socket: nothing is queued, the caller knows whether it still matters later. */
  send(frame: FromConsole): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Try at once instead of waiting for the back-off to end. */
  retryNow(): void {
    if (this.#isClosed || this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #connect(): void {
    this.#timer = undefined;
    this.#hooks.onLink('connecting', null);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () =>
      this.send({ type: 'hello', version: PROTOCOL_VERSION, messages_after: this.#hooks.messagesAfter() });
    socket.onmessage = (event: MessageEvent<string>) =>
      this.#receive(socket, JSON.parse(event.data) as ToConsole);
    socket.onclose = () => this.#lost(socket);
  }

  #receive(socket: WebSocket, frame: ToConsole): void {
    if (socket !== this.#socket || this.#isClosed) return;
    if (frame.type === 'desk') {
      this.#failures = 0;
      this.#hooks.onLink('open', null);
    }
    if (frame.type === 'bye' && frame.code === 'session_ended') {
      this.close();
      this.#hooks.onLink('ended', null);
    }
    this.#hooks.onFrame(frame);
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket || this.#isClosed) return;
    const ceiling = Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    const pauseMs = ceiling * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#connect(), pauseMs);
    this.#hooks.onLink('waiting', Date.now() + pauseMs);
  }
}
