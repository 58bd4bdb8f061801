import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/http';
import { keepOf } from '../persist/keep';
import { assignmentOf, show, showDesk } from '../test-render';
import { dispositionOptions, withRecent } from './dispositions';
import { WrapUpForm } from './WrapUpForm';

const calls = vi.hoisted(() => ({ finishWrapUp: vi.fn(), extendWrapUp: vi.fn() }));
vi.mock('../api/calls', async (original) => ({ ...(await original<object>()), ...calls }));

const keep = keepOf('anna');
const item = assignmentOf({ state: 'wrap_up', wrap_up_until_ms: Date.now() + 95_000 });

beforeEach(() => {
  calls.finishWrapUp.mockReset().mockResolvedValue({ seq: 3 });
  calls.extendWrapUp.mockReset().mockResolvedValue({ seq: 3, until_ms: 0 });
  showDesk({ assignments: [item] });
});

const pressFinish = () =>
  fireEvent.keyDown(screen.getByLabelText('Notes for colleagues'), { key: 'Enter', ctrlKey: true });

describe('the wrap-up form', () => {
  it('starts with the notes written during the conversation and a running countdown', () => {
    keep.set('notes:c1', 'Wants a new cup');
    show(<WrapUpForm item={item} />);
    expect(screen.getByLabelText('Notes for colleagues')).toHaveValue('Wants a new cup');
    expect(screen.getByText(/1:3\d left/)).toBeInTheDocument();
  });

  it('asks for the outcome before anything is sent', () => {
    show(<WrapUpForm item={item} />);
    pressFinish();
    expect(screen.getByRole('alert')).toHaveTextContent('Choose the outcome first');
    expect(calls.finishWrapUp).not.toHaveBeenCalled();
  });

  it('is finished by Ctrl+Enter and leaves nothing behind but the recent outcome', async () => {
    keep.set('disposition:c1', 'quote');
    show(<WrapUpForm item={item} />);
    fireEvent.change(screen.getByLabelText('Notes for colleagues'), { target: { value: 'Sent the quote ' } });
    expect(keep.get('notes:c1', '')).toBe('Sent the quote ');
    pressFinish();
    await waitFor(() => expect(keep.names()).toEqual(['recentDispositions']));
    expect(calls.finishWrapUp).toHaveBeenCalledWith('c1', 'quote', 'Sent the quote', expect.any(String));
    expect(keep.get('recentDispositions', [])).toEqual(['quote']);
  });

  it('keeps what was typed when the server refuses', async () => {
    calls.finishWrapUp.mockRejectedValue(new ApiError('disposition_unknown', '', 409));
    keep.set('disposition:c1', 'quote');
    keep.set('notes:c1', 'Precious');
    show(<WrapUpForm item={item} />);
    await act(async () => {
      pressFinish();
      await Promise.resolve();
    });
    expect(keep.get('notes:c1', '')).toBe('Precious');
  });

  it('lets an unsent message become a note', () => {
    keep.set('draft:c1', 'One more thing');
    keep.set('notes:c1', 'Already noted');
    show(<WrapUpForm item={item} />);
    fireEvent.click(screen.getByRole('button', { name: 'Move to notes' }));
    expect(keep.get('notes:c1', '')).toBe('Already noted\nOne more thing');
    expect(keep.get('draft:c1', '')).toBe('');
  });

  it('extends, and says when it cannot any more', () => {
    const { rerender } = show(<WrapUpForm item={item} />);
    fireEvent.click(screen.getByRole('button', { name: 'Extend (2 left)' }));
    expect(calls.extendWrapUp).toHaveBeenCalledWith('c1', expect.any(String));
    rerender(<></>);
    show(<WrapUpForm item={{ ...item, wrap_up_extensions_left: 0 }} />);
    expect(screen.getByRole('button', { name: 'Extend (0 left)' })).toBeDisabled();
  });
});

describe('the outcomes', () => {
  it('offer the recent ones first, each once', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const groups = dispositionOptions(
      ids,
      ['c', 'gone'],
      (id) => id,
      (key) => key,
    );
    expect(groups).toEqual([
      { label: 'wrapUp.recent', options: [{ value: 'c', label: 'c' }] },
      { label: 'wrapUp.others', options: ['a', 'b', 'd', 'e'].map((id) => ({ value: id, label: id })) },
    ]);
  });

  it('are one plain list while there are few', () => {
    expect(
      dispositionOptions(
        ['a', 'b'],
        ['b'],
        (id) => id,
        (key) => key,
      ),
    ).toHaveLength(2);
  });

  it('remember the last three', () => {
    expect(withRecent(['a', 'b', 'c'], 'b')).toEqual(['b', 'a', 'c']);
    expect(withRecent(['a', 'b', 'c'], 'd')).toEqual(['d', 'a', 'b']);
  });
});
