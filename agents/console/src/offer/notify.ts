/** Desktop notifications: asked for on a click only, shown only while this page is not looked at. */
import { useCallback, useSyncExternalStore } from 'react';

export type AlertPermission = 'default' | 'granted' | 'denied' | 'unsupported';

const listeners = new Set<() => void>();
const isSupported = (): boolean => typeof Notification !== 'undefined';
const permissionNow = (): AlertPermission => (isSupported() ? Notification.permission : 'unsupported');

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useAlertPermission(): [AlertPermission, () => void] {
  const permission = useSyncExternalStore(subscribe, permissionNow);
  const ask = useCallback(() => {
    if (isSupported())
      void Notification.requestPermission().then(() => {
        for (const listener of listeners) listener();
      });
  }, []);
  return [permission, ask];
}

/** The same tag replaces, so two tabs show one notification. Returns what closes it. */
export function notify(tag: string, title: string, body: string): () => void {
  if (permissionNow() !== 'granted' || document.hasFocus()) return () => undefined;
  try {
    const shown = new Notification(title, { body, tag, icon: '/icon.svg', silent: true });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    return () => shown.close();
  } catch {
    // Some browsers offer notifications to service workers only; the card and the ring remain.
    return () => undefined;
  }
}
