/** A wait by the thresholds of its queue: the same on the board and on the wall. */
import type { QueueInfo } from '../api/types';

export type Lateness = 'breach' | 'late' | 'inTime';

export function latenessOf(config: QueueInfo | undefined, waitMs: number): Lateness {
  if (config && waitMs >= config.red_after_ms) return 'breach';
  return config && waitMs >= config.amber_after_ms ? 'late' : 'inTime';
}
