import { useTranslation } from 'react-i18next';
import type { AssignmentCard, OfferCard } from '../api/types';
import { duration } from '../ui/format';
import { useLanguageName } from '../ui/useLanguageName';
import styles from './Call.module.css';

interface CallFactsProps {
  item: AssignmentCard | OfferCard;
  /** Left out where it is told already. */
  waitedMs?: number;
}

/** Who called, which of our numbers, in which language. */
export function CallFacts({ item, waitedMs }: CallFactsProps) {
  const { t } = useTranslation();
  const languageName = useLanguageName();
  const { call } = item;
  const facts: [string, string][] = [
    ['caller', call?.caller || t('call.withheld')],
    ['entry', call?.entry_number || '–'],
    ['language', languageName(call?.language || item.language)],
  ];
  if (waitedMs !== undefined) facts.push(['waited', duration(waitedMs)]);
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name} data-call-fact={name}>
          <dt>{t(`call.fact.${name}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
