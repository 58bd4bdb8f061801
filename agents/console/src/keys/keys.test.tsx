import { fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { show } from '../test-render';
import { preferences } from '../persist/keep';
import { useAction } from './actions';
import { actionIds, keyTable } from './table';

const done = vi.fn<(id: string) => void>();

function Page({ isOn = true }: { isOn?: boolean }) {
  useAction('next', isOn ? () => done('next') : undefined);
  useAction('finish', () => done('finish'));
  useAction('accept', () => done('accept'));
  useAction('help', () => done('help'));
  return (
    <>
      <input aria-label="field" />
      <button type="button">a button</button>
    </>
  );
}

beforeEach(() => {
  done.mockReset();
  HTMLElement.prototype.checkVisibility = () => true;
});

const press = (init: object, target: Element = document.body) => fireEvent.keyDown(target, init);
const told = () => done.mock.calls.map(([id]) => id);

it('does what its table says, whatever the size of the letter', () => {
  show(<Page />);
  press({ key: 'j' });
  press({ key: 'ArrowDown', altKey: true });
  press({ key: '?', shiftKey: true });
  press({ key: 'J', shiftKey: true });
  expect(told()).toEqual(['next', 'next', 'help']);
});

it('leaves plain keys to whoever types, and keys with Ctrl or Alt work all the same', () => {
  show(<Page />);
  const field = screen.getByLabelText('field');
  for (const key of ['j', '?', 'Enter']) press({ key }, field);
  expect(told()).toEqual([]);
  press({ key: 'Enter', ctrlKey: true }, field);
  press({ key: 'Enter', metaKey: true }, field);
  press({ key: 'Enter', altKey: true }, field);
  expect(told()).toEqual(['finish', 'finish', 'accept']);
});

it('takes no word of an input method and no key held down for a command', () => {
  show(<Page />);
  press({ key: 'j', isComposing: true });
  press({ key: 'j', repeat: true });
  expect(told()).toEqual([]);
});

it('leaves Enter to a button reached by Tab, not to one that was clicked', () => {
  show(<Page />);
  const button = screen.getByRole('button');
  press({ key: 'Tab' });
  press({ key: 'Enter' }, button);
  expect(told()).toEqual([]);
  fireEvent.pointerDown(button);
  press({ key: 'Enter' }, button);
  expect(told()).toEqual(['accept']);
});

it('does nothing that nobody on the page offers', () => {
  show(<Page isOn={false} />);
  press({ key: 'j' });
  expect(told()).toEqual([]);
});

it('has no key twice', () => {
  const heard = actionIds.filter((id) => !keyTable[id].isOfField).flatMap((id) => keyTable[id].combos);
  expect(new Set(heard).size).toBe(heard.length);
});

it('single letters and signs can be switched off; keys with Ctrl or Alt and keys with a name stay', () => {
  preferences.set('singleKeys', false);
  show(<Page />);
  for (const key of ['j', '?']) press({ key });
  expect(told()).toEqual([]);
  press({ key: 'ArrowDown', altKey: true });
  press({ key: 'Enter' });
  expect(told()).toEqual(['next', 'accept']);
  preferences.set('singleKeys', undefined);
});
