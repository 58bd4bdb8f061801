import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PersonChange } from '../api/adminCalls';
import { dateTime } from '../ui/format';
import styles from './NewUserDialog.module.css';

const CHANGES_SHOWN = 8;

function Change({ change }: { change: PersonChange }) {
  const { t, i18n } = useTranslation();
  const who = change.by_name || t('config.history.machine');
  const what = change.fields
    .map((one) => (one.after ? `${one.field}: ${one.before || '–'} → ${one.after}` : one.field))
    .join(t('list.separator'));
  return (
    <li>
      {t('users.changeLine', { at: dateTime(change.at_ms, i18n.language), who })} <small>{what}</small>
    </li>
  );
}

interface ChangesProps {
  /** Whose changes, as the query's key. */
  of: string[];
  read: () => Promise<{ changes: PersonChange[] }>;
}

/** Who changed what about a person or a team, the newest first. */
export function Changes({ of, read }: ChangesProps) {
  const { t } = useTranslation();
  const changes = useQuery({ queryKey: of, queryFn: read });
  if (!changes.data?.changes.length) return null;
  return (
    <details className={styles.whole}>
      <summary>{t('users.changes')}</summary>
      <ul className={styles.changes}>
        {changes.data.changes.slice(0, CHANGES_SHOWN).map((change) => (
          <Change key={change.version} change={change} />
        ))}
      </ul>
    </details>
  );
}
