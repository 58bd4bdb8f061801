import { useTranslation } from 'react-i18next';
import type { AssignmentCard, OfferCard } from '../api/types';
import { useLanguageName } from '../ui/useLanguageName';
import styles from './Call.module.css';

/** Who called, which of our numbers, in which language. The number stands there once: it may be all there is of a name. */
export function CallFacts({ item }: { item: AssignmentCard | OfferCard }) {
  const { t } = useTranslation();
  const languageName = useLanguageName();
  const { call } = item;
  const caller = call?.caller || t('call.withheld');
  const facts: [string, string][] = [
    ['caller', caller],
    ['entry', call?.entry_number || '–'],
    ['language', languageName(call?.language || item.language)],
  ];
  const shown = facts.filter(([, value]) => value !== item.customer_name);
  return (
    <dl className={styles.facts}>
      {shown.map(([name, value]) => (
        <div key={name} data-call-fact={name}>
          <dt>{t(`call.fact.${name}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
