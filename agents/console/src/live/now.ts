/** The server's time in whole seconds. Every timer on the page reads this one tick, so they all move together. */
import { useSyncExternalStore } from 'react';
import { serverNow } from './store';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
let second = 0;

function wholeSecond(): number {
  return Math.floor(serverNow() / 1000) * 1000;
}

function tick(): void {
  second = wholeSecond();
  for (const listener of listeners) listener();
  // Just past the server's next second; a throttled tab catches up at its next tick.
  timer = setTimeout(tick, 1000 - (serverNow() % 1000) + 5);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) tick();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearTimeout(timer);
  };
}

function read(): number {
  if (!listeners.size) second = wholeSecond();
  return second;
}

export const useNow = (): number => useSyncExternalStore(subscribe, read);

/** Any instant of today: changes at midnight only. */
export const useToday = (): number =>
  useSyncExternalStore(subscribe, () => new Date(read()).setHours(0, 0, 0, 0));
