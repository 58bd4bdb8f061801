import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BoardPush, QueueLine } from '../api/types';
import { initialLive } from '../live/state';
import { useLive } from '../live/store';
import { queueLineOf, show } from '../test-render';
import { PAGE_SHOWN_MS } from './useTurning';
import WallboardPage from './WallboardPage';

const line = (queue_id: string, waitedMs: number | null): QueueLine =>
  queueLineOf({
    queue_id,
    waiting: waitedMs === null ? 0 : 1,
    oldest_waiting_since_ms: waitedMs === null ? null : Date.now() - waitedMs,
  });

function tell(queues: QueueLine[]): void {
  const board: BoardPush = { type: 'board', as_of_seq: 1, server_now_ms: Date.now(), queues, agents: [] };
  useLive.setState({ ...initialLive, link: 'open', desk: null, board });
}

/** The same board again, as the server says it even when nothing happens. */
function confirm(): void {
  act(() => {
    useLive.setState(({ board }) => ({ board: board && { ...board, server_now_ms: Date.now() } }));
  });
}

const seven = () => ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => line(id, null));
const shown = () =>
  [...document.querySelectorAll('[data-tile]')].map((tile) => tile.getAttribute('data-tile'));
const pass = (ms: number): void => {
  act(() => void vi.advanceTimersByTime(ms));
};
const press = (key: string) => fireEvent.keyDown(document.body, { key });

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  HTMLElement.prototype.checkVisibility = () => true;
});

afterEach(() => {
  vi.useRealTimers();
  useLive.setState(initialLive, true);
});

it('a wait ticks, and turns late by the thresholds of its queue', () => {
  tell([line('sales', 28_000)]);
  show(<WallboardPage />);
  const tile = within(document.querySelector<HTMLElement>('[data-tile="sales"]') ?? document.body);
  expect(tile.getByRole('heading', { name: 'Sales' })).toBeVisible();
  tile.getByText('0:28');
  tile.getByText('In time');
  pass(3_500);
  tile.getByText('0:31');
  tile.getByText('Late');
});

it('pages turn by themselves until S stops them; arrows and dots turn them by hand', () => {
  tell(seven());
  show(<WallboardPage />);
  expect(shown()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  pass(PAGE_SHOWN_MS);
  expect(shown()).toEqual(['g']);
  confirm();
  pass(PAGE_SHOWN_MS);
  expect(shown()).toHaveLength(6);
  press('s');
  pass(4 * PAGE_SHOWN_MS);
  expect(shown()).toHaveLength(6);
  press('ArrowLeft');
  expect(shown()).toEqual(['g']);
  press('ArrowRight');
  expect(shown()).toHaveLength(6);
  fireEvent.click(screen.getByRole('button', { name: 'Page 2 of 2' }));
  expect(shown()).toEqual(['g']);
  fireEvent.click(screen.getByRole('button', { name: 'Turn pages' }));
  pass(PAGE_SHOWN_MS);
  expect(shown()).toHaveLength(6);
});

it('pages do not turn for whoever wants no motion', () => {
  const asked = vi.spyOn(window, 'matchMedia').mockImplementation(
    (media) =>
      ({
        matches: media.includes('reduced-motion'),
        media,
        addEventListener: vi.fn(),
        removeEventListener: vi.fn(),
      }) as unknown as MediaQueryList,
  );
  tell(seven());
  show(<WallboardPage />);
  pass(4 * PAGE_SHOWN_MS);
  expect(shown()).toHaveLength(6);
  asked.mockRestore();
});

it('figures that nobody confirms any more stand still and say how old they are, also on a line that looks open', () => {
  tell([line('sales', 10_000)]);
  show(<WallboardPage />);
  pass(19_000);
  screen.getByText('Live');
  pass(11_500);
  screen.getByText('Connection lost.');
  screen.getByText(/0:30 old/);
  expect(document.querySelector('[data-tile="sales"] [data-figure="longest"] dd')).toHaveTextContent('0:10');
  confirm();
  screen.getByText('Live');
  expect(document.querySelector('[data-tile="sales"] [data-figure="longest"] dd')).toHaveTextContent('0:40');
});
