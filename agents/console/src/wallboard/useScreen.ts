/** The screen itself: all of it for this page, and kept awake. Both where the browser can; neither is an error where it cannot. */
import { useCallback, useEffect, useSyncExternalStore } from 'react';

function onFullScreen(listener: () => void): () => void {
  document.addEventListener('fullscreenchange', listener);
  return () => document.removeEventListener('fullscreenchange', listener);
}

export interface FullScreen {
  isPossible: boolean;
  isOn: boolean;
  toggle: () => void;
}

const leave = (): void => {
  if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
};

/** Left with the page. */
export function useFullScreen(): FullScreen {
  const isOn = useSyncExternalStore(onFullScreen, () => Boolean(document.fullscreenElement));
  const toggle = useCallback(() => {
    if (document.fullscreenElement) leave();
    // Whoever is refused sees that nothing has changed.
    else document.documentElement.requestFullscreen().catch(() => undefined);
  }, []);
  useEffect(() => leave, []);
  return { isPossible: document.fullscreenEnabled, isOn, toggle };
}

/** The browser lets go whenever the page is hidden, so it is asked again each time the page is seen. */
export function useAwake(): void {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return undefined;
    let lock: WakeLockSentinel | null = null;
    let isOver = false;
    const ask = async () => {
      if (document.hidden) return;
      // Refused on a flat battery and without HTTPS: the screen then sleeps as the machine is set.
      const got = await navigator.wakeLock.request('screen').catch(() => null);
      if (isOver) void got?.release();
      else lock = got;
    };
    const onSeen = () => void ask();
    onSeen();
    document.addEventListener('visibilitychange', onSeen);
    return () => {
      isOver = true;
      document.removeEventListener('visibilitychange', onSeen);
      void lock?.release();
    };
  }, []);
}
