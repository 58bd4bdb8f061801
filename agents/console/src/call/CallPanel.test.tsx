import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import type { CallCard } from '../api/types';
import { assignmentOf, show, showDesk } from '../test-render';
import { CallPanel } from './CallPanel';

const asked = vi.hoisted(() => [] as string[]);
vi.mock('../api/calls', async (original) => ({
  ...(await original<typeof import('../api/calls')>()),
  holdCall: (contactId: string) => Promise.resolve(asked.push(`hold ${contactId}`)),
  unholdCall: (contactId: string) => Promise.resolve(asked.push(`unhold ${contactId}`)),
  hangUpCall: (contactId: string) => Promise.resolve(asked.push(`hang up ${contactId}`)),
}));

const callOf = (change: Partial<CallCard> = {}): CallCard => ({
  state: 'talking',
  since_ms: Date.now() - 65_999,
  caller: '•••4567',
  language: 'en',
  entry_number: '+4930555100',
  ...change,
});

function open(call: CallCard | null, state = 'connected'): void {
  const item = assignmentOf({ channel: 'voice', state, call });
  showDesk({ assignments: [item] });
  show(<CallPanel item={item} />);
}

const alt = (code: string): void => {
  act(() => void fireEvent.keyDown(window, { code, altKey: true }));
};

beforeEach(() => {
  asked.length = 0;
});

test('a call says where it stands, for how long, who called and which number', () => {
  open(callOf());
  expect(screen.getByRole('status').textContent).toMatch(/Talking.*1:0[5-9]/);
  expect(screen.getByText('•••4567')).toBeTruthy();
  expect(screen.getByText('+4930555100')).toBeTruthy();
});

test('what the caller chose and typed before stands there', () => {
  open(callOf({ given: [{ node: 'order_number', text: '4711' }] }));
  expect(screen.getByText('order number')).toBeTruthy();
  expect(screen.getByText('4711')).toBeTruthy();
});

test('the buttons and the keys hold and hang up', async () => {
  open(callOf());
  fireEvent.click(screen.getByRole('button', { name: /Hold/ }));
  await act(() => Promise.resolve());
  alt('KeyH');
  await act(() => Promise.resolve());
  alt('KeyE');
  expect(asked).toEqual(['hold c1', 'hold c1', 'hang up c1']);
});

test('what is on hold is taken back, by the same key', () => {
  open(callOf({ state: 'held' }));
  expect(screen.getByRole('button', { name: /Resume/ })).toBeTruthy();
  alt('KeyH');
  expect(asked).toEqual(['unhold c1']);
});

test('before the two hear each other there is nothing to hold', () => {
  open(callOf({ state: 'connecting' }));
  expect(screen.getByRole('button', { name: /Hold/ }).hasAttribute('disabled')).toBe(true);
  alt('KeyH');
  expect(asked).toEqual([]);
});

test('after the call the facts stay and the buttons are gone', () => {
  open(null, 'wrap_up');
  expect(screen.queryByRole('toolbar')).toBeNull();
  expect(screen.getByText('Number withheld')).toBeTruthy();
  alt('KeyE');
  expect(asked).toEqual([]);
});
