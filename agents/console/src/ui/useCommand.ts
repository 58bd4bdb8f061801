import { useCallback, useRef, useState } from 'react';
import { newKey, withRetry } from '../api/command';
import { ApiError } from '../api/http';
import { toast } from './toasts';
import { useErrorText } from './useErrorText';

export interface Command<A extends unknown[], T> {
  run: (...args: A) => Promise<T | undefined>;
  isBusy: boolean;
}

const sayInToast = (text: string) => toast(text, 'error');

/**
 * Runs one command at a time and says in a plain sentence when it was refused. While the outcome of an attempt
 * is unknown, the same request again uses the same key, so pressing the button twice cannot do it twice.
 */
export function useCommand<A extends unknown[], T>(
  ask: (key: string, ...args: A) => Promise<T>,
  onRefused: (text: string) => void = sayInToast,
): Command<A, T> {
  const [isBusy, setBusy] = useState(false);
  const open = useRef<{ request: string; key: string } | null>(null);
  const running = useRef(false);
  const errorText = useErrorText();

  const run = useCallback(
    async (...args: A): Promise<T | undefined> => {
      if (running.current) return undefined;
      running.current = true;
      setBusy(true);
      const request = JSON.stringify(args);
      if (open.current?.request !== request) open.current = { request, key: newKey() };
      try {
        const answer = await withRetry(open.current.key, (key) => ask(key, ...args));
        open.current = null;
        return answer;
      } catch (error) {
        if (!(error instanceof ApiError && error.isRetryable)) open.current = null;
        onRefused(errorText(error));
        return undefined;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [ask, onRefused, errorText],
  );
  return { run, isBusy };
}
