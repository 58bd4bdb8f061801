/** How far a campaign has come: one bar, each state as long as its share, and said in words. */
import { useTranslation } from 'react-i18next';
import { StateTag } from '../ui/StateTag';
import { count } from '../ui/format';
import styles from './Campaigns.module.css';
import { entryStates, totalOf } from './words';

export function ProgressBar({ entries }: { entries: Record<string, number> }) {
  const { t, i18n } = useTranslation();
  const found = entryStates.filter(([state]) => entries[state]);
  const words = found.map(
    ([state]) => `${t(`campaigns.entry.${state}`)}: ${count(entries[state] ?? 0, i18n.language)}`,
  );
  return (
    <div className={styles.bar} role="img" aria-label={words.join(', ') || t('campaigns.noEntries')}>
      {found.map(([state, tone]) => (
        <span key={state} data-tone={tone} style={{ flexGrow: entries[state] }} />
      ))}
    </div>
  );
}

const icons = {
  ready: 'ready',
  talking: 'voice',
  wrapUp: 'note',
  idle: 'clock',
  warning: 'warning',
  breach: 'breach',
  offered: 'bell',
} as const;

export function Progress({ entries }: { entries: Record<string, number> }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <ProgressBar entries={entries} />
      <div className={styles.legend}>
        {!totalOf(entries) && t('campaigns.noEntries')}
        {entryStates
          .filter(([state]) => entries[state])
          .map(([state, tone]) => (
            <StateTag key={state} tone={tone} icon={icons[tone]} isPlain>
              {`${t(`campaigns.entry.${state}`)}: ${count(entries[state] ?? 0, i18n.language)}`}
            </StateTag>
          ))}
      </div>
    </>
  );
}
