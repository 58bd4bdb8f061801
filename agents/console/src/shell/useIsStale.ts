import { useEffect, useState } from 'react';
import { useLive } from '../live/store';

const BLINK_MS = 800;

/** True once the connection has been gone for longer than a blink: what is shown may no longer be so. */
export function useIsStale(): boolean {
  const isOpen = useLive((state) => state.link === 'open');
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(!isOpen), isOpen ? 0 : BLINK_MS);
    return () => clearTimeout(timer);
  }, [isOpen]);
  return !isOpen && isLate;
}
