import { fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { useLive } from '../live/store';
import { keepOf } from '../persist/keep';
import { assignmentOf, show, showDesk } from '../test-render';
import { Composer, TEXT_MAX } from './Composer';
import { readOutbox } from './outbox';

const sendMessage = vi.hoisted(() => vi.fn());
vi.mock('../api/calls', async (original) => ({ ...(await original<object>()), sendMessage }));

const keep = keepOf('anna');
const item = assignmentOf();
const box = () => screen.getByLabelText('Message to Maria Santos');

beforeEach(() => {
  sendMessage.mockReset().mockReturnValue(new Promise(() => undefined));
  showDesk({ assignments: [item] });
  show(<Composer item={item} />);
});

it('sends with Enter, not with Shift+Enter, and not the Enter that ends a Chinese word', () => {
  fireEvent.change(box(), { target: { value: '您好' } });
  fireEvent.keyDown(box(), { key: 'Enter', shiftKey: true });
  fireEvent.keyDown(box(), { key: 'Enter', isComposing: true });
  expect(readOutbox(keep, 'c1')).toEqual([]);
  fireEvent.keyDown(box(), { key: 'Enter' });
  expect(readOutbox(keep, 'c1')).toMatchObject([{ text: '您好' }]);
  expect(box()).toHaveValue('');
});

it('keeps the text at every key', () => {
  fireEvent.change(box(), { target: { value: 'half a sen' } });
  expect(keep.get('draft:c1', '')).toBe('half a sen');
});

it('sends nothing empty and nothing too long, and says how long it is', () => {
  fireEvent.change(box(), { target: { value: '   ' } });
  fireEvent.keyDown(box(), { key: 'Enter' });
  fireEvent.change(box(), { target: { value: 'x'.repeat(TEXT_MAX + 1) } });
  fireEvent.keyDown(box(), { key: 'Enter' });
  expect(readOutbox(keep, 'c1')).toEqual([]);
  expect(screen.getByText('4,001 of 4,000')).toBeInTheDocument();
});

it('waits while there is no connection, with the reason beside it', async () => {
  fireEvent.change(box(), { target: { value: 'hello' } });
  useLive.setState({ link: 'waiting' });
  expect(await screen.findByText(/your text is kept/)).toBeInTheDocument();
  fireEvent.keyDown(box(), { key: 'Enter' });
  expect(readOutbox(keep, 'c1')).toEqual([]);
  expect(box()).toHaveValue('hello');
});
