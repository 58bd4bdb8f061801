import { act, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { Keep, keepOf, useKept } from './keep';

const keep = keepOf('u1');

function Show() {
  const [draft] = useKept(keep, 'draft:c1', '');
  return <p>{draft}</p>;
}

/** What the browser does in this tab when another one writes. */
function writeInOtherTab(key: string, value: string | null): void {
  if (value === null) localStorage.removeItem(key);
  else localStorage.setItem(key, value);
  window.dispatchEvent(new StorageEvent('storage', { key, newValue: value }));
}

it('shows what is kept, what this tab writes and what another tab writes', () => {
  keep.set('draft:c1', 'from yesterday');
  render(<Show />);
  expect(screen.getByText('from yesterday')).toBeInTheDocument();
  act(() => keep.set('draft:c1', 'typed here'));
  expect(screen.getByText('typed here')).toBeInTheDocument();
  act(() => writeInOtherTab('cc:user:u1:draft:c1', '"typed there"'));
  expect(screen.getByText('typed there')).toBeInTheDocument();
  act(() => writeInOtherTab('cc:user:u1:draft:c1', null));
  expect(screen.queryByText('typed there')).toBeNull();
});

it('gives the same object as long as nothing changed', () => {
  keep.set('list', ['a']);
  expect(keep.get('list', [])).toBe(keep.get('list', []));
});

it('reads spoiled text as nothing kept', () => {
  localStorage.setItem('cc:user:u1:draft:c2', '{oops');
  expect(keep.get('draft:c2', 'fallback')).toBe('fallback');
});

it('clears one user and no other', () => {
  const other = new Keep('user:u2');
  keep.set('draft:c1', 'mine');
  other.set('draft:c1', 'theirs');
  keep.clear();
  expect(keep.names()).toEqual([]);
  expect(other.get('draft:c1', '')).toBe('theirs');
});
