import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { clockTime } from '../ui/format';
import styles from './Articles.module.css';
import { sentQuery } from './sent';

/** Which version of which article went to the customer; nothing while none did. */
export function SentArticles({ contactId, revision }: { contactId: string; revision?: number }) {
  const { t, i18n } = useTranslation();
  const load = useQuery(sentQuery(contactId, revision));
  if (!load.data?.sent.length) return null;
  return (
    <ul className={styles.sent} aria-label={t('articles.sentTitle')}>
      {load.data.sent.map((one) => (
        <li key={`${one.article_id} ${one.at_ms}`}>
          <span>{one.title}</span>
          <small>
            {[
              t('articles.version', { version: one.version }),
              one.sent_by,
              clockTime(one.at_ms, i18n.language),
              ...(one.state ? [t(`mail.state.${one.state}`)] : []),
            ].join(' · ')}
          </small>
        </li>
      ))}
    </ul>
  );
}
