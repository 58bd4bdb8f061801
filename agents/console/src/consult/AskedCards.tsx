/** What a colleague asks by phone, on every page of whoever is asked: who, about which customer, and how it ended. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AskedCard } from '../api/types';
import { CustomerBadges } from '../customer/CustomerBadges';
import { LastContactLine } from '../customer/LastContacts';
import { Given } from '../desk/Given';
import { useNow } from '../live/now';
import { useLive } from '../live/store';
import offer from '../offer/OfferCard.module.css';
import { useNames } from '../session/configuration';
import { duration } from '../ui/format';
import { Icon } from '../ui/Icon';
import styles from './Consult.module.css';

/** As long as the server says how it ended. */
const ENDED_SHOWN_MS = 60_000;

const none: AskedCard[] = [];

function useSaid(card: AskedCard): string {
  const { t, i18n } = useTranslation();
  const facts = { name: card.asker_name };
  if (!card.ended_as) return t(`asked.state.${card.state}`, facts);
  const known = `asked.ended.${card.ended_as}`;
  return t(i18n.exists(known) ? known : 'asked.ended.failed', facts);
}

function Asked({ card, onClose }: { card: AskedCard; onClose: () => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const now = useNow();
  const state = useSaid(card);
  const title = t('asked.title', { name: card.asker_name || t('asked.somebody') });
  const about = [card.customer_name || card.caller, card.queue_id && names.queue(card.queue_id)];
  return (
    <section className={offer.card} aria-label={title} data-asked={card.state}>
      <header className={offer.head}>
        <span className={offer.channel}>
          <Icon name="person" size={20} />
        </span>
        <div className={offer.who}>
          <h2>{title}</h2>
          <p>{about.filter(Boolean).join(' · ')}</p>
        </div>
        {!card.ended_as && <span className={offer.left}>{duration(now - card.since_ms)}</span>}
      </header>
      <p className={styles.askedState} role="status">
        {state}
      </p>
      <Given given={card.given} />
      {card.customer && (
        <div className={offer.customer}>
          <CustomerBadges card={card.customer} />
          <LastContactLine card={card.customer} />
        </div>
      )}
      {card.ended_as && (
        <footer className={styles.askedEnd}>
          <Button size="small" onClick={onClose}>
            {t('action.close')}
          </Button>
        </footer>
      )}
    </section>
  );
}

export function AskedCards() {
  const cards = useLive((state) => state.desk?.asked ?? none);
  const now = useNow();
  const [closed, close] = useState('');
  const keyOf = (card: AskedCard) => `${card.contact_id} ${card.since_ms}`;
  return cards
    .filter((card) => keyOf(card) !== closed)
    .filter((card) => !card.ended_as || now < card.since_ms + ENDED_SHOWN_MS)
    .map((card) => <Asked key={card.contact_id} card={card} onClose={() => close(keyOf(card))} />);
}
