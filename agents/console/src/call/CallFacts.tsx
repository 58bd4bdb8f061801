import { useTranslation } from 'react-i18next';
import type { AssignmentCard, OfferCard } from '../api/types';
import { useConfiguration } from '../session/configuration';
import { useLanguageName } from '../ui/useLanguageName';
import styles from './Call.module.css';
import { WholeNumber } from './WholeNumber';

interface CallFactsProps {
  item: AssignmentCard | OfferCard;
  /** Whoever has the call in hand may ask for the whole number, where the configuration lets them. */
  isInHand?: boolean;
}

/** Who called, which of our numbers, in which language, and what the caller chose and typed before. The number stands there once: it may be all there is of a name. */
export function CallFacts({ item, isInHand = false }: CallFactsProps) {
  const { t } = useTranslation();
  const languageName = useLanguageName();
  const { call } = item;
  const caller = call?.caller || t('call.withheld');
  const facts: [string, string][] = [
    ['caller', caller],
    ['entry', call?.entry_number || '–'],
    ['language', languageName(call?.language || item.language)],
  ];
  const { data } = useConfiguration();
  const canShowWhole = isInHand && data?.agents_see_numbers === true && !!call?.caller;
  const shown = facts.filter(
    ([name, value]) => value !== item.customer_name || (name === 'caller' && canShowWhole),
  );
  return (
    <dl className={styles.facts}>
      {shown.map(([name, value]) => (
        <div key={name} data-call-fact={name}>
          <dt>{t(`call.fact.${name}`)}</dt>
          <dd>
            {name === 'caller' && canShowWhole ? (
              <WholeNumber contactId={item.contact_id} masked={value} />
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
      {(call?.given ?? []).map(({ node, text }, index) => (
        <div key={`${index} ${node}`} data-call-given={node}>
          <dt>{node.replaceAll('_', ' ')}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
