import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readChange, readHistory, restoreDocument, type ConfigurationChange } from '../api/adminCalls';
import { dateTime } from '../ui/format';
import { Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import styles from './Configuration.module.css';
import { useReread } from './draft';
import { Differences } from './Findings';

const askRestore = (_key: string, number: number, basedOn: string, note: string) =>
  restoreDocument(number, basedOn, note);

interface ChangeDialogProps {
  change: ConfigurationChange;
  /** Of the newest, which a roll-back is based on. */
  newest: ConfigurationChange;
  onClose: () => void;
}

/** What a change was, and the way back to it. */
function ChangeDialog({ change, newest, onClose }: ChangeDialogProps) {
  const { t, i18n } = useTranslation();
  const reread = useReread();
  const [note, setNote] = useState('');
  const told = useQuery({
    queryKey: ['configurationChange', change.number],
    queryFn: () => readChange(change.number),
  });
  const { run, isBusy } = useCommand(askRestore);
  const at = dateTime(change.at_ms, i18n.language);
  const submit = async () => {
    const applied = await run(change.number, newest.version, note);
    await reread();
    if (!applied) return;
    toast(t('config.restored', { at }));
    onClose();
  };
  return (
    <Modal
      open
      width={640}
      title={t('config.changeTitle', { number: change.number, at })}
      okText={t('config.restore')}
      okButtonProps={{ disabled: change.version === newest.version }}
      cancelText={t('action.close')}
      confirmLoading={isBusy}
      onOk={() => void submit()}
      onCancel={onClose}
    >
      <div className={styles.review}>
        {told.isPending && <Loading rows={5} />}
        {told.isError && <Failed error={told.error} onRetry={() => void told.refetch()} />}
        {told.data && <Differences differences={told.data.differences} />}
        <p>{t('config.restoreText')}</p>
        <label className={styles.field}>
          <span>{t('config.note')}</span>
          <Input value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
      </div>
    </Modal>
  );
}

export function History() {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState<ConfigurationChange | null>(null);
  const history = useInfiniteQuery({
    queryKey: ['configurationHistory'],
    queryFn: ({ pageParam }) => readHistory(pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next_before ?? undefined,
  });
  if (history.isPending) return <Loading rows={8} />;
  if (history.isError) return <Failed error={history.error} onRetry={() => void history.refetch()} />;
  const changes = history.data.pages.flatMap((page) => page.changes);
  const newest = changes[0];
  return (
    <>
      <table className={table.table}>
        <thead>
          <tr>
            {['number', 'at', 'by', 'note'].map((column) => (
              <th key={column} scope="col" data-fill={column === 'note' || undefined}>
                {t(`config.history.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.number} data-change={change.number}>
              <td data-number>{change.number}</td>
              <td>
                <button type="button" className={table.open} onClick={() => setOpen(change)}>
                  {dateTime(change.at_ms, i18n.language)}
                </button>
              </td>
              <td>{change.by_name || t('config.history.machine')}</td>
              <td data-clip>{change.note || t('board.none')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {history.hasNextPage && (
        <Button loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          {t('log.more')}
        </Button>
      )}
      {open && newest && <ChangeDialog change={open} newest={newest} onClose={() => setOpen(null)} />}
    </>
  );
}
