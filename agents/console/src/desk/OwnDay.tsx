import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { readOwnStatistics } from '../api/calls';
import { count, duration, percent } from '../ui/format';
import { CATCH_UP_MS, useHeld } from './work';
import styles from './WorkList.module.css';

const REFRESH_MS = 60_000;

/** The agent's own day, read again whenever an offer or a contact has come or gone. */
export function OwnDay() {
  const { t, i18n } = useTranslation();
  const held = useHeld();
  const { data } = useQuery({
    queryKey: ['ownStatistics', held.contactIds],
    queryFn: readOwnStatistics,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) =>
      state.data && state.data.as_of_seq < held.sinceSeq ? CATCH_UP_MS : REFRESH_MS,
  });
  const figure = (value: number | undefined) => (value === undefined ? '–' : count(value, i18n.language));
  const mean = data?.mean_handle_ms ?? null;
  const occupancy = data?.occupancy_permille ?? null;
  const rows = {
    answered: figure(data?.answered),
    missed: figure(data?.missed),
    handling: mean === null ? '–' : duration(mean),
    occupancy: occupancy === null ? '–' : percent(occupancy, i18n.language),
  };
  return (
    <dl className={styles.day} aria-label={t('day.title')}>
      {Object.entries(rows).map(([name, value]) => (
        <div key={name}>
          <dt>{t(`day.${name}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
