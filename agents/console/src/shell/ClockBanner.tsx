import { useTranslation } from 'react-i18next';
import { useNow } from '../live/now';
import { useLive } from '../live/store';
import { dateTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import styles from './StaleBanner.module.css';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function Banner({ aheadMs }: { aheadMs: number }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const ahead = {
    days: Math.floor(aheadMs / DAY_MS),
    hours: Math.floor((aheadMs % DAY_MS) / HOUR_MS),
    minutes: Math.floor((aheadMs % HOUR_MS) / MINUTE_MS),
  };
  return (
    <div className={styles.banner} role="note" data-clock-ahead-ms={aheadMs}>
      <Icon name="clock" />
      <strong>{t('demoClock.title')}</strong>
      <span>{t('demoClock.now', { time: dateTime(now, i18n.language) })}</span>
      <span>{aheadMs > 0 ? t('demoClock.ahead', ahead) : t('demoClock.even')}</span>
    </div>
  );
}

/** Where the server goes by a demo's clock, every page says so: nothing on it is the time on the wall. */
export function ClockBanner() {
  const aheadMs = useLive((state) => state.clockAheadMs);
  return aheadMs === null ? null : <Banner aheadMs={aheadMs} />;
}
