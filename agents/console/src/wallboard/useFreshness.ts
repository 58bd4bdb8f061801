/** Whether the figures are of now, and if not, how old they are. */
import { useNow } from '../live/now';
import { useLive } from '../live/store';
import { useIsStale } from '../shell/useIsStale';

/** A board comes every 5 s even when nothing happens: without one for this long, a connection that looks open is not. */
const SILENT_AFTER_MS = 20_000;

export interface Freshness {
  isStale: boolean;
  /** What the figures and the waits are true of: now, or the last that was heard. */
  asOfMs: number;
  ageMs: number;
}

export function useFreshness(): Freshness {
  const now = useNow();
  const toldAtMs = useLive((state) => state.board?.server_now_ms ?? null);
  const isLost = useIsStale();
  const ageMs = toldAtMs === null ? 0 : Math.max(0, now - toldAtMs);
  const isStale = isLost || ageMs >= SILENT_AFTER_MS;
  return { isStale, asOfMs: isStale && toldAtMs !== null ? toldAtMs : now, ageMs };
}
