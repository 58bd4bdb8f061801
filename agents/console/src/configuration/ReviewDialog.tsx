import { Input, Modal } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { checkDocument, putDocument, type Document } from '../api/adminCalls';
import { Failed, Loading } from '../ui/Panel';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import styles from './Configuration.module.css';
import { useReread, type Editing } from './draft';
import { Differences, Effects, Findings } from './Findings';
import { WhatIfTrial } from './WhatIf';

const NOTE_LENGTH_MAX = 500;

const askPut = (_key: string, document: Document, basedOn: string, note: string) =>
  putDocument(document, basedOn, note);

/** What would change, whom it concerns, what is wrong; then, with a word for the history, it is put in force. */
export function ReviewDialog({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const { t } = useTranslation();
  const reread = useReread();
  const [note, setNote] = useState('');
  const { document, basedOn } = editing;
  const checked = useQuery({
    queryKey: ['configurationReview', document],
    queryFn: () => checkDocument(document),
    staleTime: 0,
  });
  const { run, isBusy } = useCommand(askPut);
  const errors = checked.data?.findings.filter((one) => one.is_error).length ?? 0;
  const submit = async () => {
    const applied = await run(document, basedOn, note);
    await reread();
    if (!applied) return;
    editing.discard();
    toast(t(applied.is_in_force ? 'config.applied' : 'config.storedOnly'));
    onClose();
  };
  return (
    <Modal
      open
      width={680}
      title={t('config.review')}
      okText={t('config.apply')}
      okButtonProps={{ disabled: !checked.data || errors > 0 }}
      cancelText={t('action.cancel')}
      confirmLoading={isBusy}
      onOk={() => void submit()}
      onCancel={onClose}
    >
      {checked.isPending && <Loading rows={6} />}
      {checked.isError && <Failed error={checked.error} onRetry={() => void checked.refetch()} />}
      {checked.data && (
        <div className={styles.review}>
          <h3 className={styles.title}>{t('config.differences')}</h3>
          <Differences differences={checked.data.differences ?? []} />
          {(checked.data.effects ?? []).length > 0 && (
            <>
              <h3 className={styles.title}>{t('config.effects')}</h3>
              <Effects effects={checked.data.effects ?? []} />
            </>
          )}
          {checked.data.findings.length > 0 && <Findings findings={checked.data.findings} />}
          {errors === 0 && <WhatIfTrial document={document} />}
          <label className={styles.field}>
            <span>{t('config.note')}</span>
            <Input.TextArea
              autoSize={{ minRows: 1, maxRows: 4 }}
              maxLength={NOTE_LENGTH_MAX}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          </label>
        </div>
      )}
    </Modal>
  );
}
