import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { AskedCard } from '../api/types';
import { show, showDesk } from '../test-render';
import { AskedCards } from './AskedCards';

const askedOf = (change: Partial<AskedCard> = {}): AskedCard => ({
  contact_id: 'c1',
  asker_name: 'Anna Berg',
  state: 'ringing',
  since_ms: Date.now() - 3_000,
  ended_as: '',
  queue_id: 'sales',
  customer_name: 'Maria Santos',
  language: 'en',
  caller: '•••• 4567',
  customer: null,
  given: [],
  ...change,
});

test('whoever is asked reads by whom and about whom; what became of it can be closed', () => {
  showDesk({ asked: [askedOf()] });
  show(<AskedCards />);
  expect(screen.getByRole('region', { name: 'Anna Berg asks you' }).textContent).toContain('Maria Santos');
  expect(screen.getByRole('status').textContent).toContain('Your phone rings');
  expect(screen.queryByRole('button')).toBeNull();
  act(() => showDesk({ asked: [askedOf({ state: 'ended', ended_as: 'taken_back' })] }));
  expect(screen.getByRole('status').textContent).toContain('Anna Berg went back to the caller');
  fireEvent.click(screen.getByRole('button', { name: 'Close' }));
  expect(screen.queryByRole('region')).toBeNull();
});

test('a card whose minute is over is gone', () => {
  showDesk({ asked: [askedOf({ state: 'ended', ended_as: 'no_answer', since_ms: Date.now() - 61_000 })] });
  show(<AskedCards />);
  expect(screen.queryByRole('region')).toBeNull();
});
