/**
 * Files beside the mail that is being written. Those on their way live in this page, whatever contact is looked at;
 * those that arrived are kept with the draft, in every tab and over F5.
 */
import { create } from 'zustand';
import { removeUpload } from '../api/calls';
import { newKey, withRetry } from '../api/command';
import { ApiError } from '../api/http';
import type { UploadedFile } from '../api/types';
import { addUpload } from '../api/upload';
import type { Keep } from '../persist/keep';

/** What the server takes of one mail; it says so too, but only once the bytes are there. */
export const FILES_BYTES_MAX = 18_000_000;
export const FILES_MAX = 50;

export interface Pending {
  key: string;
  contactId: string;
  name: string;
  size: number;
  /** How much of it is there, 0 to 1. */
  share: number;
  stop: AbortController;
}

export const usePending = create<{ files: Pending[] }>(() => ({ files: [] }));

const put = (change: (files: Pending[]) => Pending[]): void =>
  usePending.setState(({ files }) => ({ files: change(files) }));
const drop = (key: string): void => put((files) => files.filter((one) => one.key !== key));

export const keptName = (contactId: string): string => `files:${contactId}`;
const keptFiles = (keep: Keep, contactId: string): UploadedFile[] => keep.get(keptName(contactId), []);

/** The bytes and the number of all files of a contact, those on their way included. */
function held(keep: Keep, contactId: string): { bytes: number; count: number } {
  const kept = keptFiles(keep, contactId).map((one) => one.size_bytes);
  const coming = usePending.getState().files.filter((one) => one.contactId === contactId);
  const sizes = [...kept, ...coming.map((one) => one.size)];
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), count: sizes.length };
}

async function send(keep: Keep, pending: Pending, file: File): Promise<void> {
  const { key, contactId, stop } = pending;
  const onShare = (share: number): void =>
    put((files) => files.map((one) => (one.key === key ? { ...one, share } : one)));
  try {
    const uploaded = await withRetry(key, () =>
      addUpload(contactId, file, key, { onShare, signal: stop.signal }),
    );
    if (stop.signal.aborted) removeUpload(contactId, uploaded.upload_id).catch(() => undefined);
    else keep.set(keptName(contactId), [...keptFiles(keep, contactId), uploaded]);
  } finally {
    drop(key);
  }
}

/** Send one file after another; `onFailure` hears of each that did not get there, and why. */
export async function attach(
  keep: Keep,
  contactId: string,
  files: File[],
  onFailure: (file: File, error: unknown) => void,
): Promise<void> {
  const taken: [Pending, File][] = [];
  for (const file of files) {
    const { bytes, count } = held(keep, contactId);
    if (bytes + file.size > FILES_BYTES_MAX || count >= FILES_MAX) {
      onFailure(file, new ApiError('upload_too_much', ''));
      continue;
    }
    const pending = {
      key: newKey(),
      contactId,
      name: file.name,
      size: file.size,
      share: 0,
      stop: new AbortController(),
    };
    put((all) => [...all, pending]);
    taken.push([pending, file]);
  }
  for (const [pending, file] of taken) {
    if (pending.stop.signal.aborted) continue;
    await send(keep, pending, file).catch((error: unknown) => {
      if (!pending.stop.signal.aborted) onFailure(file, error);
    });
  }
}

/** Take back what is on its way. */
export function stop(pending: Pending): void {
  pending.stop.abort();
  drop(pending.key);
}

/** Take back what arrived; if the server cannot be told now, it deletes the file by its deadline. */
export function detach(keep: Keep, contactId: string, file: UploadedFile): void {
  const others = keptFiles(keep, contactId).filter((one) => one.upload_id !== file.upload_id);
  keep.set(keptName(contactId), others.length > 0 ? others : undefined);
  removeUpload(contactId, file.upload_id).catch(() => undefined);
}
