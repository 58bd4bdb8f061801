import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { toast, useToasts } from './toasts';

const shown = () => useToasts.getState().toasts.map(({ text }) => text);

beforeEach(() => {
  vi.useFakeTimers();
  useToasts.setState({ toasts: [] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('goes away by itself', () => {
  toast('Saved');
  vi.advanceTimersByTime(5_900);
  expect(shown()).toEqual(['Saved']);
  vi.advanceTimersByTime(200);
  expect(shown()).toEqual([]);
});

it('stays until the page is looked at', () => {
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  toast('Maria is no longer waiting.');
  vi.advanceTimersByTime(60_000);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event('visibilitychange'));
  vi.advanceTimersByTime(5_900);
  expect(shown()).toEqual(['Maria is no longer waiting.']);
  vi.advanceTimersByTime(200);
  expect(shown()).toEqual([]);
});
