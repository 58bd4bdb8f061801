/**
 * What must survive F5 and be equal in every tab: kept in localStorage under a scope, told to this tab's
 * readers at once and to the other tabs by the browser's storage event.
 */
import { useCallback, useMemo, useSyncExternalStore } from 'react';

const PREFIX = 'cc';
const listeners = new Map<string, Set<() => void>>();
const parsed = new Map<string, { raw: string; value: unknown }>();

const address = (scope: string, name: string): string => `${PREFIX}:${scope}:${name}`;

function tell(key: string): void {
  for (const listener of listeners.get(key) ?? []) listener();
}

window.addEventListener('storage', (event) => {
  if (event.key === null) for (const key of listeners.keys()) tell(key);
  else tell(event.key);
});

/** The same object as long as the stored text is the same, so React can compare by identity. */
function readAt(key: string): unknown {
  const raw = localStorage.getItem(key);
  if (raw === null) return undefined;
  const known = parsed.get(key);
  if (known?.raw === raw) return known.value;
  try {
    const value: unknown = JSON.parse(raw);
    parsed.set(key, { raw, value });
    return value;
  } catch {
    return undefined;
  }
}

export class Keep {
  readonly scope: string;

  constructor(scope: string) {
    this.scope = scope;
  }

  get<T>(name: string, fallback: T): T {
    return (readAt(address(this.scope, name)) as T | undefined) ?? fallback;
  }

  /** Undefined removes it. */
  set(name: string, value: unknown): void {
    const key = address(this.scope, name);
    const raw = value === undefined ? null : JSON.stringify(value);
    if (localStorage.getItem(key) === raw) return;
    if (raw === null) localStorage.removeItem(key);
    else localStorage.setItem(key, raw);
    tell(key);
  }

  /** Names under this scope that begin with `prefix`. */
  names(prefix = ''): string[] {
    const start = address(this.scope, prefix);
    const cut = address(this.scope, '').length;
    const keys = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '');
    return keys.filter((key) => key.startsWith(start)).map((key) => key.slice(cut));
  }

  /** All but what belongs to one of these contacts. */
  clear(contactIds: string[] = []): void {
    for (const name of this.names())
      if (!contactIds.some((contactId) => name.endsWith(`:${contactId}`))) this.set(name, undefined);
  }

  subscribe(name: string, listener: () => void): () => void {
    const key = address(this.scope, name);
    const set = listeners.get(key) ?? new Set();
    listeners.set(key, set.add(listener));
    return () => set.delete(listener);
  }
}

export function useKept<T>(keep: Keep, name: string, fallback: T): [T, (value: T | undefined) => void] {
  const subscribe = useCallback((listener: () => void) => keep.subscribe(name, listener), [keep, name]);
  const value = useSyncExternalStore(subscribe, () => keep.get(name, fallback));
  const set = useCallback((next: T | undefined) => keep.set(name, next), [keep, name]);
  return useMemo(() => [value, set], [value, set]);
}

/** Choices of this browser, known before anybody logs in. */
export const preferences = new Keep('pref');
export const keepOf = (userId: string): Keep => new Keep(`user:${userId}`);
