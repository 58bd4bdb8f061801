import { Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../live/store';
import { instantOf, wallClock } from '../ui/zones';
import styles from './Email.module.css';

const YEAR_MS = 366 * 24 * 3_600_000;

interface ParkDialogProps {
  /** Whose clock is meant. */
  zone: string;
  onPark: (untilMs: number) => void;
  onClose: () => void;
}

/** Any date and time ahead, by the clock of the agent's site. */
export function ParkDialog({ zone, onPark, onClose }: ParkDialogProps) {
  const { t } = useTranslation();
  const nowMs = serverNow();
  const [wall, setWall] = useState(() => wallClock(nowMs + 24 * 3_600_000, zone));
  const untilMs = instantOf(wall, zone);
  const isAhead = untilMs > nowMs && untilMs <= nowMs + YEAR_MS;
  return (
    <Modal
      open
      title={t('mail.parkUntil')}
      okText={t('mail.until.set')}
      okButtonProps={{ disabled: !isAhead }}
      cancelText={t('action.cancel')}
      onOk={() => onPark(untilMs)}
      onCancel={onClose}
      width={400}
    >
      <label className={styles.when}>
        {t('mail.until.when', { zone })}
        <Input
          type="datetime-local"
          autoFocus
          value={wall}
          min={wallClock(nowMs, zone)}
          max={wallClock(nowMs + YEAR_MS, zone)}
          status={isAhead ? undefined : 'error'}
          aria-invalid={!isAhead}
          aria-describedby="park-when"
          onChange={({ target }) => setWall(target.value)}
        />
        <span id="park-when" role="status" className={styles.wrongWhen}>
          {!isAhead && t('mail.until.past')}
        </span>
      </label>
    </Modal>
  );
}
