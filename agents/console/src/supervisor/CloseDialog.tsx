import { Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { closeQueue, type Said } from '../api/adminCalls';
import { useKept } from '../persist/keep';
import { useNames } from '../session/configuration';
import { useKeep } from '../session/session';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { isWhole, MessageFields, noMessage } from './MessageFields';
import styles from './Supervise.module.css';

/** One key for all queues, made different for each: pressing the button twice closes none twice. */
const askClose = async (key: string, queueIds: string[], said: Said | null) => {
  for (const queueId of queueIds) await closeQueue(queueId, said, `${key}.${queueId}`);
  return true;
};

/** Closes one queue, or all that are watched, and says what its newcomers will be told. */
export function CloseDialog({ queueIds, onClose }: { queueIds: string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const [isSaid, setSaid] = useState(false);
  const [said, setText] = useKept(useKeep(), 'closedMessage', noMessage);
  const { run, isBusy } = useCommand(askClose);
  const list = queueIds.map(names.queue).join(t('list.separator'));
  const submit = async () => {
    if (!(await run(queueIds, isSaid ? said : null))) return;
    toast(t('supervise.closed', { queues: list }));
    onClose();
  };
  return (
    <Modal
      open
      title={t('supervise.closeTitle', { queues: list })}
      okText={t('supervise.close')}
      okButtonProps={{ danger: true, disabled: isSaid && !isWhole(said) }}
      cancelText={t('action.cancel')}
      confirmLoading={isBusy}
      onOk={() => void submit()}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <p>{t('supervise.closeText')}</p>
        <Radio.Group
          aria-label={t('supervise.newcomers')}
          value={isSaid}
          onChange={(event) => setSaid(event.target.value === true)}
          options={[
            { value: false, label: t('supervise.usualWords') },
            { value: true, label: t('supervise.ownWords') },
          ]}
        />
        {isSaid && <MessageFields said={said} onChange={setText} />}
      </div>
    </Modal>
  );
}
