import { useTranslation } from 'react-i18next';
import styles from './CapacityMeter.module.css';

const BOXES_MAX = 8;

/** Contacts in hand out of how many fit: the figure, and boxes while there are few enough to count at a glance. */
export function CapacityMeter({ used, total }: { used: number; total: number }) {
  const { t } = useTranslation();
  return (
    <span className={styles.meter}>
      <span className={styles.figure}>{t('work.used', { used, total })}</span>
      {total <= BOXES_MAX &&
        Array.from({ length: total }, (_, index) => <i key={index} data-used={index < used || undefined} />)}
    </span>
  );
}
