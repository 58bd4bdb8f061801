/** The tab's one live connection and what came over it. */
import { create } from 'zustand';
import { readMessages } from '../api/calls';
import type { ToConsole } from '../api/types';
import { addMessages, applyFrame, initialLive, messagesAfter, type LiveState } from './state';
import { DeskSocket } from './socket';

export const useLive = create<LiveState>(() => initialLive);

let socket: DeskSocket | null = null;
let isBoardWatched = false;

function socketUrl(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/v1/socket`;
}

export function openLive(onFrame: (frame: ToConsole) => void, onLost: () => void): void {
  closeLive();
  socket = new DeskSocket(socketUrl(), {
    messagesAfter: () => messagesAfter(useLive.getState()),
    onLink: (link, retryAtMs) => {
      useLive.setState({ link, retryAtMs });
      if (link === 'waiting') onLost();
      if (link === 'open' && isBoardWatched) socket?.send({ type: 'watch_board', is_watching: true });
    },
    onFrame: (frame) => {
      useLive.setState((state) => applyFrame(state, frame, Date.now()));
      onFrame(frame);
    },
  });
}

export function closeLive(): void {
  socket?.close();
  socket = null;
  useLive.setState(initialLive, true);
}

export const retryLiveNow = (): void => socket?.retryNow();
export const sayTyping = (contactId: string): void => {
  socket?.send({ type: 'typing', contact_id: contactId });
};

export function watchBoard(isWatching: boolean): void {
  isBoardWatched = isWatching;
  socket?.send({ type: 'watch_board', is_watching: isWatching });
}

/** Fetches a transcript from its beginning; the socket brings the rest as it happens. */
export async function loadTranscript(contactId: string): Promise<void> {
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page: Awaited<ReturnType<typeof readMessages>> = await readMessages(contactId, after);
    useLive.setState((state) => addMessages(state, contactId, page.messages));
    after = page.has_more ? page.messages.at(-1)?.seq : undefined;
  }
}

export const serverNow = (): number => Date.now() + useLive.getState().clockOffsetMs;
