import { act, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import type { CallCard, GivenAnswer } from '../api/types';
import { assignmentOf, show, showDesk } from '../test-render';
import { CallPanel } from './CallPanel';

const asked = vi.hoisted(() => [] as string[]);
vi.mock('../api/calls', async (original) => ({
  ...(await original<typeof import('../api/calls')>()),
  holdCall: (contactId: string) => Promise.resolve(asked.push(`hold ${contactId}`)),
  unholdCall: (contactId: string) => Promise.resolve(asked.push(`unhold ${contactId}`)),
  hangUpCall: (contactId: string) => Promise.resolve(asked.push(`hang up ${contactId}`)),
  turnConsult: (contactId: string, mode: string) => Promise.resolve(asked.push(`turn ${contactId} ${mode}`)),
  endConsult: (contactId: string) => Promise.resolve(asked.push(`end consult ${contactId}`)),
  transferContact: (contactId: string, to: { agent_id: string }) =>
    Promise.resolve(asked.push(`transfer ${contactId} ${to.agent_id}`)),
}));

const callOf = (change: Partial<CallCard> = {}): CallCard => ({
  state: 'talking',
  since_ms: Date.now() - 65_999,
  caller: '•••4567',
  language: 'en',
  entry_number: '+4930555100',
  ...change,
});

function open(call: CallCard | null, state = 'connected', given: GivenAnswer[] = []): void {
  const item = assignmentOf({ channel: 'voice', state, call, given });
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

test('a call of ours names the number called, and apart from it the one we show', () => {
  const item = assignmentOf({ channel: 'outbound_voice', state: 'connected', call: callOf() });
  showDesk({ assignments: [item] });
  show(<CallPanel item={item} />);
  expect(screen.getByText('Number called').nextSibling?.textContent).toBe('•••4567');
  expect(screen.getByText('Number we show').nextSibling?.textContent).toBe('+4930555100');
  expect(screen.queryByText('Caller')).toBeNull();
});

test('what the caller chose and typed before stands there', () => {
  const number = { name: { en: 'Order number', zh: '订单号' }, text: { en: '4711', zh: '4711' } };
  open(callOf(), 'connected', [number]);
  expect(screen.getByText('Order number')).toBeTruthy();
  expect(screen.getByText('4711')).toBeTruthy();
});

test('a language that the flow has asked for stands there once', () => {
  const language = { name: { en: 'Language', zh: '语言' }, text: { en: '中文', zh: '中文' } };
  open(callOf({ language: 'zh' }), 'connected', [language]);
  expect(screen.getByText('Language').nextSibling?.textContent).toBe('中文');
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

test('a colleague who is asked stands beside the call, with what can be done', async () => {
  const consult = { agent_id: 'a2', name: 'Bo', state: 'colleague', cause: '', has_answered: true };
  open(callOf({ state: 'held', consult }));
  expect(screen.getByText('Bo')).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Hang up/ })).toBeNull();
  alt('KeyS');
  await act(() => Promise.resolve());
  alt('KeyJ');
  await act(() => Promise.resolve());
  fireEvent.click(screen.getByRole('button', { name: /Hand the caller over/ }));
  await act(() => Promise.resolve());
  alt('KeyH');
  expect(asked).toEqual(['turn c1 customer', 'turn c1 all', 'transfer c1 a2', 'end consult c1']);
});

test('a colleague who does not answer costs nothing but the way back', () => {
  const consult = { agent_id: 'a2', name: 'Bo', state: 'ended', cause: 'no_answer', has_answered: false };
  open(callOf({ state: 'held', consult }));
  expect(screen.getByText(/does not answer/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Hand the caller over/ })).toBeNull();
  alt('KeyH');
  expect(asked).toEqual(['end consult c1']);
});

test('after the call the facts stay and the buttons are gone', () => {
  open(null, 'wrap_up');
  expect(screen.queryByRole('toolbar')).toBeNull();
  expect(screen.getByText('Number withheld')).toBeTruthy();
  alt('KeyE');
  expect(asked).toEqual([]);
});
