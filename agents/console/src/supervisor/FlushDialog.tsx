import { Modal, Radio, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { flushQueue, type Emptying } from '../api/adminCalls';
import type { QueueLine } from '../api/types';
import { useConfiguration, useNames } from '../session/configuration';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { isWhole, MessageFields, noMessage } from './MessageFields';
import styles from './Supervise.module.css';

type Way = 'queue' | 'usual' | 'own';
const ways: Way[] = ['queue', 'usual', 'own'];

const askFlush = (key: string, queueId: string, to: Emptying) => flushQueue(queueId, to, key);

/** Sends everybody away who waits in a queue. */
export function FlushDialog({ queue, onClose }: { queue: QueueLine; onClose: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const { data } = useConfiguration();
  const [way, setWay] = useState<Way>('queue');
  const [target, setTarget] = useState<string>();
  const [said, setSaid] = useState(noMessage);
  const { run, isBusy } = useCommand(askFlush);
  const others = (data?.queues ?? []).filter((other) => other.queue_id !== queue.queue_id);
  const count = queue.waiting + queue.offered;
  const isReady = way === 'usual' || (way === 'queue' ? target !== undefined : isWhole(said));
  const submit = async () => {
    const to: Emptying =
      way === 'queue'
        ? { kind: 'queue', queue_id: target }
        : { kind: 'message', message: way === 'own' ? said : null };
    if (!(await run(queue.queue_id, to))) return;
    toast(t('supervise.flushed', { queue: names.queue(queue.queue_id) }));
    onClose();
  };
  return (
    <Modal
      open
      title={t('supervise.flushTitle', { queue: names.queue(queue.queue_id) })}
      okText={t('supervise.flush')}
      okButtonProps={{ danger: true, disabled: !isReady }}
      cancelText={t('action.cancel')}
      confirmLoading={isBusy}
      onOk={() => void submit()}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <p>{t('supervise.flushText', { count })}</p>
        <Radio.Group
          vertical
          aria-label={t('supervise.flushTo')}
          value={way}
          onChange={(event) => setWay(event.target.value as Way)}
          options={ways.map((value) => ({ value, label: t(`supervise.flushWay.${value}`) }))}
        />
        {way === 'queue' && (
          <Select
            aria-label={t('supervise.toQueue')}
            placeholder={t('supervise.toQueue')}
            value={target}
            onChange={setTarget}
            options={others.map((other) => ({ value: other.queue_id, label: names.of(other.name) }))}
          />
        )}
        {way === 'own' && <MessageFields said={said} onChange={setSaid} />}
      </div>
    </Modal>
  );
}
