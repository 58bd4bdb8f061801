/** Asking a colleague while the caller hears music: whom. */
import { Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { consultColleague } from '../api/calls';
import type { AssignmentCard } from '../api/types';
import { useIsStale } from '../shell/useIsStale';
import { Agents, useDirectory } from '../transfer/Colleagues';
import styles from '../transfer/TransferDialog.module.css';
import { Failed, Loading } from '../ui/Panel';
import { useCommand } from '../ui/useCommand';

const ask = (key: string, contactId: string, agentId: string) => consultColleague(contactId, agentId, key);

export function ConsultDialog({ item, onClose }: { item: AssignmentCard; onClose: () => void }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const [find, setFind] = useState('');
  const [chosen, choose] = useState('');
  const directory = useDirectory(item.contact_id, find);
  const { run, isBusy } = useCommand(ask);
  const begin = async () => {
    if (await run(item.contact_id, chosen)) onClose();
  };
  return (
    <Modal
      open
      title={t('consult.title')}
      okText={t('consult.ring')}
      cancelText={t('action.cancel')}
      okButtonProps={{ disabled: !chosen || isStale, loading: isBusy }}
      onOk={() => void begin()}
      onCancel={onClose}
      width={520}
    >
      <p>{t('consult.hint')}</p>
      <Input.Search
        autoFocus
        allowClear
        value={find}
        onChange={(event) => setFind(event.target.value)}
        placeholder={t('transfer.find.agent')}
        aria-label={t('transfer.find.agent')}
      />
      <div className={styles.list} role="radiogroup" aria-label={t('transfer.to.agent')}>
        {directory.isPending && <Loading rows={5} />}
        {directory.isError && <Failed error={directory.error} onRetry={() => void directory.refetch()} />}
        {directory.data && <Agents directory={directory.data} chosen={chosen} onChoose={choose} />}
      </div>
    </Modal>
  );
}
