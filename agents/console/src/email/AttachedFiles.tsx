/** The files that will go along with the mail: how far each got, and the way to take it back. */
import { Button } from 'antd';
import { useRef, type ClipboardEvent, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { ApiError } from '../api/http';
import type { UploadedFile } from '../api/types';
import { useKept } from '../persist/keep';
import { useKeep } from '../session/session';
import { Icon } from '../ui/Icon';
import { toast } from '../ui/toasts';
import { useErrorText } from '../ui/useErrorText';
import styles from './Email.module.css';
import { attach, detach, keptName, stop, usePending, type Pending } from './uploading';

const none: UploadedFile[] = [];

export interface Files {
  kept: UploadedFile[];
  coming: Pending[];
  add: (files: Iterable<File>) => void;
  remove: (file: UploadedFile) => void;
  /** The mail that names them is on its way. */
  clear: () => void;
  /** For the element that takes what is dropped or pasted. */
  taking: {
    onDragOver: (event: DragEvent) => void;
    onDrop: (event: DragEvent) => void;
    onPaste: (event: ClipboardEvent) => void;
  };
}

const hasFiles = (data: DataTransfer): boolean => Array.from(data.types).includes('Files');

export function useFiles(contactId: string): Files {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const keep = useKeep();
  const [kept, setKept] = useKept<UploadedFile[]>(keep, keptName(contactId), none);
  const coming = usePending(useShallow(({ files }) => files.filter((one) => one.contactId === contactId)));
  const add = (files: Iterable<File>) =>
    void attach(keep, contactId, [...files], ({ name }, error) => {
      const isTooMuch = error instanceof ApiError && error.code === 'upload_too_much';
      const why = isTooMuch ? t('mail.files.tooMuch') : errorText(error);
      toast(t('mail.files.failed', { name, why }), 'error');
    });
  const take = (event: DragEvent | ClipboardEvent, data: DataTransfer) => {
    if (data.files.length === 0) return;
    event.preventDefault();
    add(Array.from(data.files));
  };
  return {
    kept,
    coming,
    add,
    remove: (file) => detach(keep, contactId, file),
    clear: () => setKept(undefined),
    taking: {
      onDragOver: (event) => hasFiles(event.dataTransfer) && event.preventDefault(),
      onDrop: (event) => take(event, event.dataTransfer),
      onPaste: (event) => take(event, event.clipboardData),
    },
  };
}

export function AttachButton({ files, isOff }: { files: Files; isOff: boolean }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-attach
        onChange={({ target }) => {
          files.add(Array.from(target.files ?? []));
          target.value = '';
        }}
      />
      <Button
        icon={<Icon name="clip" />}
        disabled={isOff}
        aria-label={t('mail.files.attach')}
        title={t('mail.files.attach')}
        onClick={() => input.current?.click()}
      />
    </>
  );
}

const kib = (bytes: number): number => Math.max(1, Math.round(bytes / 1024));

export function AttachedFiles({ files }: { files: Files }) {
  const { t } = useTranslation();
  if (files.kept.length + files.coming.length === 0) return null;
  const removal = (name: string, act: () => void) => (
    <Button
      size="small"
      type="text"
      icon={<Icon name="remove" size={14} />}
      aria-label={t('mail.files.remove', { name })}
      onClick={act}
    />
  );
  return (
    <ul className={styles.files} aria-label={t('mail.files.title')} data-files>
      {files.kept.map((file) => (
        <li key={file.upload_id} className={styles.attached}>
          <Icon name="file" size={14} />
          {file.name} · {t('mail.kib', { size: kib(file.size_bytes) })}
          {removal(file.name, () => files.remove(file))}
        </li>
      ))}
      {files.coming.map((file) => (
        <li key={file.key} className={styles.attached}>
          <progress value={file.share} max={1} aria-label={t('mail.files.sending', { name: file.name })} />
          {file.name}
          {removal(file.name, () => stop(file))}
        </li>
      ))}
    </ul>
  );
}
