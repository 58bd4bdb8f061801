import { useEffect, useRef } from 'react';

interface CallKeys {
  /** Hold, or back to the caller. */
  turn: () => void;
  end: () => void;
}

/** Alt+H holds and takes up again, Alt+E hangs up, wherever the focus is: notes are written while talking. */
export function useCallKeys(keys: CallKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
      const does = { KeyH: latest.current.turn, KeyE: latest.current.end }[event.code];
      if (!does) return;
      event.preventDefault();
      does();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
