import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { readSentArticles } from '../api/articles';
import { clockTime } from '../ui/format';
import styles from './Articles.module.css';

/** Which version of which article went to the customer; nothing while none did. */
export function SentArticles({ contactId }: { contactId: string }) {
  const { t, i18n } = useTranslation();
  const load = useQuery({
    queryKey: ['articles', 'sent', contactId],
    queryFn: () => readSentArticles(contactId),
  });
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
            ].join(' · ')}
          </small>
        </li>
      ))}
    </ul>
  );
}
