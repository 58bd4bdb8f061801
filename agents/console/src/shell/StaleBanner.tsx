import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../live/now';
import { retryLiveNow, serverNow, useLive } from '../live/store';
import { clockTimeWithSeconds } from '../ui/format';
import { Icon } from '../ui/Icon';
import styles from './StaleBanner.module.css';
import { useIsStale } from './useIsStale';

function Banner() {
  const { t, i18n } = useTranslation();
  const retryAtMs = useLive((state) => state.retryAtMs);
  const offsetMs = useLive((state) => state.clockOffsetMs);
  const now = useNow();
  const [since] = useState(serverNow);
  const seconds = retryAtMs === null ? 0 : Math.max(0, Math.ceil((retryAtMs + offsetMs - now) / 1000));
  return (
    <div className={styles.banner} role="alert">
      <Icon name="unlink" />
      <strong>{t('stale.title')}</strong>
      <span>{t('stale.text', { time: clockTimeWithSeconds(since, i18n.language) })}</span>
      <span className={styles.retry} aria-hidden>
        {seconds > 0 ? t('stale.retryIn', { seconds }) : t('stale.retrying')}
      </span>
      <Button size="small" onClick={retryLiveNow} disabled={retryAtMs === null}>
        {t('stale.retryNow')}
      </Button>
    </div>
  );
}

/** Only after something was shown: at the first start every panel says itself that it is loading. */
export function StaleBanner() {
  const hasShown = useLive((state) => state.desk !== undefined);
  const isStale = useIsStale();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(isStale), isStale && !hasShown ? 2_000 : 0);
    return () => clearTimeout(timer);
  }, [isStale, hasShown]);
  return isStale && (hasShown || isLong) ? <Banner /> : null;
}
