import { Button, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { adjustPriority, assignContact, moveContact } from '../api/adminCalls';
import { useLive } from '../live/store';
import { useConfiguration, useNames } from '../session/configuration';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import styles from './Supervise.module.css';

const STEP_MS = 5 * 60_000;

type Way = 'assign' | 'moveToAgent' | 'moveToQueue';

const askRaise = (key: string, contactId: string, creditMs: number) =>
  adjustPriority(contactId, creditMs, false, key);
const askHand = (key: string, way: Way, contactId: string, target: string) => {
  if (way === 'assign') return assignContact(contactId, target, key);
  const to = way === 'moveToAgent' ? { agent_id: target } : { queue_id: target };
  return moveContact(contactId, to, key);
};

interface ChooserProps {
  way: Way;
  contactId: string;
  onClose: () => void;
}

/** Whom or where to, and what will happen. */
function Chooser({ way, contactId, onClose }: ChooserProps) {
  const { t } = useTranslation();
  const names = useNames();
  const { data } = useConfiguration();
  const agents = useLive((state) => state.board?.agents) ?? [];
  const [target, setTarget] = useState<string>();
  const { run, isBusy } = useCommand(askHand);
  const options =
    way === 'moveToQueue'
      ? (data?.queues ?? []).map((queue) => ({ value: queue.queue_id, label: names.of(queue.name) }))
      : agents.map((agent) => ({ value: agent.agent_id, label: agent.display_name }));
  const submit = async () => {
    if (target === undefined || !(await run(way, contactId, target))) return;
    const name = options.find((one) => one.value === target)?.label ?? target;
    toast(t(`supervise.done.${way}`, { name }));
    onClose();
  };
  return (
    <Modal
      open
      title={t(`supervise.way.${way}`)}
      okText={t(`supervise.do.${way}`)}
      okButtonProps={{ disabled: target === undefined }}
      cancelText={t('action.cancel')}
      confirmLoading={isBusy}
      onOk={() => void submit()}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <p>{t(`supervise.wayText.${way}`)}</p>
        <Select
          autoFocus
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t(`supervise.target.${way}`)}
          placeholder={t(`supervise.target.${way}`)}
          value={target}
          onChange={setTarget}
          options={options}
        />
      </div>
    </Modal>
  );
}

/** What a supervisor may do to a contact, by where it is. */
export function ContactActions({ contactId, state }: { contactId: string; state: string }) {
  const { t } = useTranslation();
  const [way, setWay] = useState<Way | null>(null);
  const { run, isBusy } = useCommand(askRaise);
  const isWaiting = state === 'waiting' || state === 'offered';
  const isLive = isWaiting || state === 'connected' || state === 'parked';
  if (!isLive) return null;
  const adjust = async (creditMs: number) => {
    if (await run(contactId, creditMs)) toast(t(creditMs > 0 ? 'supervise.raised' : 'supervise.lowered'));
  };
  return (
    <div className={styles.actions}>
      {isWaiting && (
        <>
          <Button size="small" loading={isBusy} onClick={() => void adjust(STEP_MS)}>
            {t('supervise.raise')}
          </Button>
          <Button size="small" disabled={isBusy} onClick={() => void adjust(-STEP_MS)}>
            {t('supervise.lower')}
          </Button>
          <Button size="small" onClick={() => setWay('assign')}>
            {t('supervise.way.assign')}
          </Button>
        </>
      )}
      {!isWaiting && (
        <Button size="small" onClick={() => setWay('moveToAgent')}>
          {t('supervise.way.moveToAgent')}
        </Button>
      )}
      <Button size="small" onClick={() => setWay('moveToQueue')}>
        {t('supervise.way.moveToQueue')}
      </Button>
      {way && <Chooser way={way} contactId={contactId} onClose={() => setWay(null)} />}
    </div>
  );
}
