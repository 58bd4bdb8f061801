import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../api/http';
import type { Sending } from '../api/upload';
import { show } from '../test-render';
import { AttachButton, AttachedFiles, useFiles } from './AttachedFiles';
import { FILES_BYTES_MAX, usePending } from './uploading';

interface Waiting extends Sending {
  name: string;
  done: (error?: ApiError) => void;
}

const waiting = vi.hoisted(() => [] as Waiting[]);
const removed = vi.hoisted(() => [] as string[]);
vi.mock('../api/upload', () => ({
  addUpload: (_: string, file: File, key: string, sending: Sending) =>
    new Promise((resolve, reject) => {
      const { name, size } = file;
      const done = (error?: ApiError) =>
        error ? reject(error) : resolve({ upload_id: key, name, content_type: '', size_bytes: size });
      waiting.push({ ...sending, name, done });
    }),
}));
vi.mock('../api/calls', async (original) => ({
  ...(await original<typeof import('../api/calls')>()),
  removeUpload: (_: string, uploadId: string) => Promise.resolve(removed.push(uploadId)),
}));

function Composer() {
  const files = useFiles('c1');
  return (
    <div data-testid="composer" {...files.taking}>
      <AttachedFiles files={files} />
      <AttachButton files={files} isOff={false} />
    </div>
  );
}

const fileOf = (name: string, size = 3): File => {
  const file = new File(['abc'], name);
  Object.defineProperty(file, 'size', { value: size });
  return file;
};
const drop = (...files: File[]) =>
  fireEvent.drop(screen.getByTestId('composer'), { dataTransfer: { files, types: ['Files'] } });
const names = () => screen.queryAllByRole('listitem').map((item) => item.textContent);
const upTo = (count: number) => waitFor(() => expect(waiting).toHaveLength(count));

beforeEach(() => {
  waiting.length = removed.length = 0;
  localStorage.clear();
  usePending.setState({ files: [] });
});

test('dropped, pasted and chosen files go up one after another, and stay with the draft', async () => {
  const { unmount } = show(<Composer />);
  drop(fileOf('a.pdf'), fileOf('b.pdf'));
  await upTo(1);
  act(() => waiting[0]?.onShare(0.5));
  expect(screen.getByLabelText<HTMLProgressElement>('a.pdf is being sent').value).toBe(0.5);
  act(() => waiting[0]?.done());
  await upTo(2);
  act(() => waiting[1]?.done());
  await waitFor(() => expect(names()).toEqual(['a.pdf · 1 KB', 'b.pdf · 1 KB']));
  fireEvent.paste(screen.getByTestId('composer'), { clipboardData: { files: [fileOf('image.png')] } });
  await upTo(3);
  unmount();
  act(() => waiting[2]?.done());
  show(<Composer />);
  await waitFor(() => expect(names()).toHaveLength(3));
});

test('what is on its way or there can be taken back', async () => {
  show(<Composer />);
  drop(fileOf('a.pdf'), fileOf('b.pdf'));
  await upTo(1);
  fireEvent.click(screen.getByRole('button', { name: 'Remove a.pdf' }));
  expect(waiting[0]?.signal.aborted).toBe(true);
  act(() => waiting[0]?.done(new ApiError('aborted', '')));
  await upTo(2);
  fireEvent.click(screen.getByRole('button', { name: 'Remove b.pdf' }));
  act(() => waiting[1]?.done());
  await waitFor(() => expect(removed).toHaveLength(1));
  drop(fileOf('c.pdf'));
  await upTo(3);
  act(() => waiting[2]?.done());
  await waitFor(() => expect(names()).toEqual(['c.pdf · 1 KB']));
  fireEvent.click(screen.getByRole('button', { name: 'Remove c.pdf' }));
  expect(removed).toHaveLength(2);
  expect(names()).toEqual([]);
});

test('what is too large, together or refused is left out, and the others go on', async () => {
  show(<Composer />);
  drop(fileOf('half', FILES_BYTES_MAX / 2), fileOf('too.much', FILES_BYTES_MAX / 2 + 1), fileOf('a.exe'));
  await upTo(1);
  expect(usePending.getState().files.map((one) => one.name)).toEqual(['half', 'a.exe']);
  act(() => waiting[0]?.done());
  await upTo(2);
  act(() => waiting[1]?.done(new ApiError('upload_refused', 'It runs.', 409)));
  await waitFor(() => expect(usePending.getState().files).toEqual([]));
  expect(names()).toHaveLength(1);
});
