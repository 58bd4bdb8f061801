/** A file on its way to the server: the one call that says how far it got, which fetch cannot. */
import type { UploadedFile } from './types';
import { ApiError, errorOf } from './http';

export interface Sending {
  onShare: (share: number) => void;
  signal: AbortSignal;
}

/** Rejects with an `ApiError`; the same key again is the same file. */
export function addUpload(
  contactId: string,
  file: File,
  key: string,
  { onShare, signal }: Sending,
): Promise<UploadedFile> {
  const query = new URLSearchParams({ name: file.name });
  if (/^[a-z0-9.+-]{1,40}\/[A-Za-z0-9.+_-]{1,58}$/.test(file.type)) query.set('content_type', file.type);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/contacts/${encodeURIComponent(contactId)}/uploads?${query.toString()}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('Idempotency-Key', key);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onShare(total ? loaded / total : 0);
    request.onload = () => {
      if (request.status === 200) {
        resolve(request.response as UploadedFile);
        return;
      }
      const { status, statusText } = request;
      const headers = new Headers({ 'Retry-After': request.getResponseHeader('Retry-After') ?? '0' });
      reject(errorOf({ status, statusText, headers }, request.response));
    };
    request.onerror = () => reject(new ApiError('network', 'The server could not be reached.'));
    request.onabort = () => reject(new ApiError('aborted', 'Taken back.'));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
