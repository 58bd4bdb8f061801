import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { AssignmentCard, CallBackCard, OfferCard } from '../api/types';
import { useConfiguration, useNames } from '../session/configuration';
import { dateTime } from '../ui/format';
import { useLanguageName } from '../ui/useLanguageName';
import styles from './Call.module.css';
import { WholeNumber } from './WholeNumber';

type Fact = [name: string, value: string];

interface CallFactsProps {
  item: AssignmentCard | OfferCard;
  /** Whoever has the call in hand may ask for the whole number, where the configuration lets them. */
  isInHand?: boolean;
}

/** The promise this call keeps: since when and for when, why, and how often the customer was called in vain. */
function promised(made: CallBackCard | null | undefined, t: TFunction, language: string): Fact[] {
  if (!made) return [];
  const facts: Fact[] = [
    ['promisedBy', `${t(`callBacks.by.${made.made_by}`)}, ${dateTime(made.made_at_ms, language)}`],
    ['attempts', String(made.attempts)],
  ];
  if (made.promised_at_ms) facts.push(['promisedFor', dateTime(made.promised_at_ms, language)]);
  if (made.note) facts.push(['reason', made.note]);
  return facts;
}

/** What stands before the two numbers of a call that we place: whom we call, and what they see. */
const PLACED: Record<string, string> = { caller: 'called', entry: 'shown' };

/** Who called, which of our numbers, and in which language; of a call of ours the number called, and the one we show. Nothing stands there twice: the number may be all there is of a name, and a flow may have asked for the language. */
export function CallFacts({ item, isInHand = false }: CallFactsProps) {
  const { t, i18n } = useTranslation();
  const languageName = useLanguageName();
  const names = useNames();
  const { call } = item;
  const isPlaced = item.channel === 'outbound_voice';
  const caller = call?.caller || t('call.withheld');
  const facts: Fact[] = [
    ['caller', caller],
    ['entry', call?.entry_number || '–'],
    ['language', languageName(call?.language || item.language)],
    ...promised(call?.call_back, t, i18n.language),
  ];
  const { data } = useConfiguration();
  const canShowWhole = isInHand && data?.agents_see_numbers === true && !!call?.caller;
  const label = (name: string) => t(`call.fact.${(isPlaced && PLACED[name]) || name}`);
  const given = new Set(item.given?.map((one) => names.of(one.name)));
  const shown = facts.filter(
    ([name, value]) =>
      !given.has(label(name)) && (value !== item.customer_name || (name === 'caller' && canShowWhole)),
  );
  return (
    <dl className={styles.facts}>
      {shown.map(([name, value]) => (
        <div key={name} data-call-fact={name}>
          <dt>{label(name)}</dt>
          <dd>
            {name === 'caller' && canShowWhole ? (
              <WholeNumber contactId={item.contact_id} masked={value} />
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
