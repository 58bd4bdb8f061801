import { act, fireEvent, screen } from '@testing-library/react';
import { AutoComplete, Form, Input } from 'antd';
import { expect, it, vi } from 'vitest';
import { show } from '../test-render';
import { FormDialog } from './FormDialog';

interface Fields {
  first: string;
  second: string;
}

const dialog = (onSubmit: (fields: Fields) => Promise<void>, isBusy = false) => (
  <FormDialog<Fields> title="Two" okText="Send" isBusy={isBusy} onSubmit={onSubmit} onClose={vi.fn()}>
    <Form.Item name="first" label="First">
      <Input />
    </Form.Item>
    <Form.Item name="second" label="Second">
      <Input />
    </Form.Item>
  </FormDialog>
);

/** A browser presses a form's first submit button when Enter is pressed in a field of one line. */
const submitButton = () => document.querySelector<HTMLButtonElement>('form button[type="submit"]');

it('is sent by the button that Enter presses', async () => {
  const onSubmit = vi.fn(() => Promise.resolve());
  show(dialog(onSubmit));
  fireEvent.change(screen.getByLabelText('First'), { target: { value: 'a' } });
  await act(async () => {
    submitButton()?.click();
    await vi.waitFor(() => expect(onSubmit).toHaveBeenCalledOnce());
  });
  expect(onSubmit).toHaveBeenCalledWith(expect.objectContaining({ first: 'a' }));
});

it('is not sent twice while it is being sent', () => {
  show(dialog(vi.fn(), true));
  expect(submitButton()).toBeDisabled();
});

it('is not sent by Enter in a list that is open', () => {
  show(
    <FormDialog title="One" okText="Send" isBusy={false} onSubmit={vi.fn()} onClose={vi.fn()}>
      <Form.Item name="site" label="Site">
        <AutoComplete options={[{ value: 'Berlin' }]} />
      </Form.Item>
    </FormDialog>,
  );
  const field = screen.getByLabelText('Site');
  const pressEnter = () => fireEvent.keyDown(field, { key: 'Enter' });
  expect(pressEnter()).toBe(true);
  fireEvent.mouseDown(field);
  expect(field).toHaveAttribute('aria-expanded', 'true');
  expect(pressEnter()).toBe(false);
});
