import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isCall, type OfferCard as Offer } from '../api/types';
import { CallFacts } from '../call/CallFacts';
import { Given } from '../desk/Given';
import { CustomerBadges } from '../customer/CustomerBadges';
import { LastContactLine } from '../customer/LastContacts';
import { useNow } from '../live/now';
import { serverNow } from '../live/store';
import { useNames } from '../session/configuration';
import { duration } from '../ui/format';
import { channelIcon, Icon } from '../ui/Icon';
import styles from './OfferCard.module.css';
import { WhyMe } from './WhyMe';

interface OfferCardProps {
  offer: Offer;
  /** The one that Enter and Esc answer. */
  isPrimary: boolean;
  isBusy: boolean;
  isStale: boolean;
  onAccept: () => void;
  onDecline: () => void;
}

/** A bar that is right from its first frame, after F5 as well: it starts as far in as the server says. */
function Countdown({ offer }: { offer: Offer }) {
  const [elapsedMs] = useState(() => serverNow() - offer.made_at_ms);
  return (
    <div className={styles.track} aria-hidden>
      <div
        className={styles.bar}
        style={{
          animationDuration: `${offer.expires_at_ms - offer.made_at_ms}ms`,
          animationDelay: `${-elapsedMs}ms`,
        }}
      />
    </div>
  );
}

export function OfferCard({ offer, isPrimary, isBusy, isStale, onAccept, onDecline }: OfferCardProps) {
  const { t } = useTranslation();
  const names = useNames();
  const now = useNow();
  return (
    <section className={styles.card} aria-label={t('offer.title', { name: offer.customer_name })} data-offer>
      <Countdown offer={offer} />
      <header className={styles.head}>
        <span className={styles.channel}>
          <Icon name={channelIcon(offer.channel)} size={20} />
        </span>
        <div className={styles.who}>
          <h2>{offer.customer_name || t('customer.unnamed')}</h2>
          <p>
            {t(`channel.${offer.channel}`)} · {names.queue(offer.queue_id)}
          </p>
        </div>
        <span className={styles.left} data-countdown title={t('offer.timeLeft')}>
          {duration(offer.expires_at_ms - now)}
        </span>
      </header>
      {isCall(offer.channel) ? (
        <CallFacts item={offer} />
      ) : (
        <p className={styles.opening} lang={offer.language}>
          {offer.opening_text}
        </p>
      )}
      <Given given={offer.given} />
      <WhyMe offer={offer} />
      <div className={styles.customer}>
        {offer.customer && (
          <>
            <CustomerBadges card={offer.customer} />
            <LastContactLine card={offer.customer} />
          </>
        )}
      </div>
      <p className={styles.waited}>
        <Icon name="clock" size={14} />
        {t('offer.waited', { time: duration(now - offer.waiting_since_ms) })}
      </p>
      <footer className={styles.actions}>
        <Button onClick={onDecline} disabled={isBusy || isStale}>
          {t('offer.decline')}
          {isPrimary && <kbd>Esc</kbd>}
        </Button>
        <Button type={isPrimary ? 'primary' : 'default'} onClick={onAccept} disabled={isBusy || isStale}>
          {t('offer.accept')}
          {isPrimary && <kbd>Enter</kbd>}
        </Button>
      </footer>
      {isStale && <p className={styles.stale}>{t('stale.commands')}</p>}
    </section>
  );
}
