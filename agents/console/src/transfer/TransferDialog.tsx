/** Handing a contact on: to a queue or to one agent, with a note. What was said so far goes along by itself. */
import { Input, Modal, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { transferContact } from '../api/calls';
import type { AssignmentCard, HandOn } from '../api/types';
import { useKept } from '../persist/keep';
import { useNames } from '../session/configuration';
import { useKeep } from '../session/session';
import { useIsStale } from '../shell/useIsStale';
import { Failed, Loading } from '../ui/Panel';
import { useCommand } from '../ui/useCommand';
import { Agents, useDirectory, type ChoicesProps } from './Colleagues';
import styles from './TransferDialog.module.css';

const NOTE_MAX = 4000;

const kinds = ['queue', 'agent'] as const;
type Kind = (typeof kinds)[number];

const askTransfer = (key: string, contactId: string, to: HandOn) => transferContact(contactId, to, key);

function Queues({ directory, chosen, onChoose, find }: ChoicesProps & { find: string }) {
  const { t } = useTranslation();
  const names = useNames();
  const fits = (name: string) => name.toLocaleLowerCase().includes(find.toLocaleLowerCase());
  const queues = directory.queues.filter((queue) => fits(names.of(queue.name)));
  if (!queues.length) return <p className={styles.none}>{t('transfer.noQueue')}</p>;
  return queues.map((queue) => (
    <label key={queue.queue_id} className={styles.choice}>
      <input
        type="radio"
        name="to"
        checked={chosen === queue.queue_id}
        onChange={() => onChoose(queue.queue_id)}
      />
      <b>{names.of(queue.name)}</b>
      <small>{t('transfer.free', { count: queue.agents_ready })}</small>
      <small>{t('transfer.waiting', { count: queue.waiting })}</small>
    </label>
  ));
}

export function TransferDialog({ item, onClose }: { item: AssignmentCard; onClose: () => void }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const [kind, setKind] = useState<Kind>('queue');
  const [find, setFind] = useState('');
  const [chosen, choose] = useState('');
  const [note, setNote] = useKept(useKeep(), `notes:${item.contact_id}`, '');
  const directory = useDirectory(item.contact_id, kind === 'agent' ? find : '');
  const { run, isBusy } = useCommand(askTransfer);
  const turn = (to: Kind) => {
    setKind(to);
    setFind('');
    choose('');
  };
  const transfer = async () => {
    const to: HandOn = { [`${kind}_id`]: chosen, note: note.trim() };
    if (!(await run(item.contact_id, to))) return;
    setNote(undefined);
    onClose();
  };
  const choices = { chosen, onChoose: choose };
  return (
    <Modal
      open
      title={t('transfer.title', { name: item.customer_name || t('customer.unnamed') })}
      okText={t('transfer.do')}
      cancelText={t('action.cancel')}
      okButtonProps={{ disabled: !chosen || isStale, loading: isBusy }}
      onOk={() => void transfer()}
      onCancel={onClose}
      width={520}
    >
      <Segmented
        block
        value={kind}
        onChange={turn}
        options={kinds.map((value) => ({ value, label: t(`transfer.to.${value}`) }))}
        aria-label={t('transfer.where')}
      />
      <Input.Search
        key={kind}
        autoFocus
        allowClear
        style={{ marginTop: 12 }}
        value={find}
        onChange={(event) => setFind(event.target.value)}
        placeholder={t(`transfer.find.${kind}`)}
        aria-label={t(`transfer.find.${kind}`)}
      />
      <div className={styles.list} role="radiogroup" aria-label={t(`transfer.to.${kind}`)}>
        {directory.isPending && <Loading rows={5} />}
        {directory.isError && <Failed error={directory.error} onRetry={() => void directory.refetch()} />}
        {directory.data && kind === 'queue' && <Queues directory={directory.data} find={find} {...choices} />}
        {directory.data && kind === 'agent' && <Agents directory={directory.data} {...choices} />}
      </div>
      <label className={styles.note} htmlFor="transfer-note">
        {t('transfer.note')}
      </label>
      <Input.TextArea
        id="transfer-note"
        autoSize={{ minRows: 2, maxRows: 5 }}
        maxLength={NOTE_MAX}
        value={note}
        onChange={(event) => setNote(event.target.value || undefined)}
        placeholder={t('transfer.noteHint')}
      />
    </Modal>
  );
}
