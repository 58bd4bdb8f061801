/**
 * Commands that may be asked again: the same key until the server's answer is known.
 * A failure that leaves the outcome open (no network, 503) is retried with back-off, a bounded number of times.
 */
import { ApiError } from './http';

export const COMMAND_ATTEMPTS_MAX = 6;
const FIRST_PAUSE_MS = 300;
const PAUSE_MAX_MS = 5_000;

export type Sleep = (ms: number) => Promise<void>;

const sleepFor: Sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function newKey(): string {
  // randomUUID exists on secure origins only, and a console on the company's network may be plain http.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function pauseBefore(attempt: number, error: ApiError): number {
  const backOff = Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return Math.max(Math.min(error.retryAfterMs, PAUSE_MAX_MS), backOff * (0.5 + Math.random() / 2));
}

export async function withRetry<T>(
  key: string,
  ask: (key: string) => Promise<T>,
  sleep: Sleep = sleepFor,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask(key);
    } catch (error) {
      const mayRetry = error instanceof ApiError && error.isRetryable && attempt + 1 < COMMAND_ATTEMPTS_MAX;
      if (!mayRetry) throw error;
      await sleep(pauseBefore(attempt, error));
    }
  }
}
