import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { initialLive } from '../live/state';
import { useLive } from '../live/store';
import { show } from '../test-render';
import { ClockBanner } from './ClockBanner';

const DAY_MS = 86_400_000;

test('a demo’s clock is said on the page, and how far it is ahead; nothing elsewhere', () => {
  useLive.setState({ ...initialLive, clockAheadMs: null });
  const { unmount } = show(<ClockBanner />);
  expect(screen.queryByRole('note')).toBeNull();
  unmount();
  useLive.setState({ clockAheadMs: 2 * DAY_MS + 90 * 60_000 });
  show(<ClockBanner />);
  expect(screen.getByRole('note').textContent).toContain('2 d 1 h 30 min ahead of the wall');
});
