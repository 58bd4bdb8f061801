import { useTranslation } from 'react-i18next';
import { useNow } from '../live/now';
import { clockTime, clockTimeWithSeconds, day, duration } from '../ui/format';
import { Icon } from '../ui/Icon';
import { useLive } from '../live/store';
import type { Freshness } from './useFreshness';
import type { FullScreen } from './useScreen';
import type { Turning } from './useTurning';
import styles from './Wallboard.module.css';

function Clock() {
  const { i18n } = useTranslation();
  const now = useNow();
  return (
    <p className={styles.clock}>
      <time data-clock>{clockTime(now, i18n.language)}</time>
      <span>{day(now, i18n.language)}</span>
    </p>
  );
}

/** What a glance must not miss: that the figures are old, and how old. */
function Age({ fresh }: { fresh: Freshness }) {
  const { t, i18n } = useTranslation();
  const hasBoard = useLive((state) => state.board !== null);
  const { isStale, asOfMs, ageMs } = fresh;
  return (
    <div className={styles.age} role="status" data-stale={isStale}>
      <Icon name={isStale ? 'unlink' : 'link'} />
      <strong>{t(isStale ? 'stale.title' : 'link.open')}</strong>
      {isStale && hasBoard && (
        <span aria-hidden>
          {t('wallboard.age', { time: clockTimeWithSeconds(asOfMs, i18n.language), age: duration(ageMs) })}
        </span>
      )}
    </div>
  );
}

function Dots({ turning, pages }: { turning: Turning; pages: number }) {
  const { t } = useTranslation();
  return (
    <nav className={styles.dots} aria-label={t('wallboard.pages')}>
      {Array.from({ length: pages }, (_, page) => (
        <button
          key={page}
          type="button"
          aria-label={t('wallboard.page', { page: page + 1, pages })}
          aria-current={page === turning.page || undefined}
          onClick={() => turning.show(page)}
        />
      ))}
      <button
        type="button"
        className={styles.button}
        data-turning={turning.isTurning}
        onClick={turning.toggle}
      >
        <Icon name={turning.isTurning ? 'pause' : 'resume'} />
        {t(turning.isTurning ? 'wallboard.stop' : 'wallboard.turn')}
      </button>
    </nav>
  );
}

interface WallHeaderProps {
  fresh: Freshness;
  turning: Turning;
  pages: number;
  full: FullScreen;
  onBack: () => void;
}

export function WallHeader({ fresh, turning, pages, full, onBack }: WallHeaderProps) {
  const { t } = useTranslation();
  return (
    <header className={styles.header}>
      <Clock />
      <Age fresh={fresh} />
      {pages > 1 && <Dots turning={turning} pages={pages} />}
      <div className={styles.buttons}>
        {full.isPossible && (
          <button type="button" className={styles.button} onClick={full.toggle} title="F">
            <Icon name="screen" />
            {t(full.isOn ? 'wallboard.smallScreen' : 'wallboard.fullScreen')}
          </button>
        )}
        <button type="button" className={styles.button} onClick={onBack} title="Esc">
          <Icon name="remove" />
          {t('wallboard.back')}
        </button>
      </div>
    </header>
  );
}
