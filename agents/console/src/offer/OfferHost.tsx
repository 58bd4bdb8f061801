/** Offers over every page: the card, the ring, the notification, and what is said when one goes away. */
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { acceptOffer, rejectOffer } from '../api/calls';
import type { OfferCard as Offer } from '../api/types';
import { AskedCards } from '../consult/AskedCards';
import { useOpenOnDesk } from '../desk/open';
import { useAction } from '../keys/actions';
import { serverNow, useLive } from '../live/store';
import { useNames } from '../session/configuration';
import { answerLeg } from '../phone/phone';
import { useIsStale } from '../shell/useIsStale';
import { toast } from '../ui/toasts';
import { useCommand, type Command } from '../ui/useCommand';
import { notify } from './notify';
import { OfferCard } from './OfferCard';
import styles from './OfferCard.module.css';
import { startRinging } from './ring';

const none: Offer[] = [];
export const useOffers = (): Offer[] => useLive((state) => state.desk?.offers ?? none);

const askAccept = (key: string, offerId: string) => acceptOffer(offerId, key);
const askReject = (key: string, offerId: string) => rejectOffer(offerId, key);

function useRing(isRinging: boolean): void {
  useEffect(() => (isRinging ? startRinging() : undefined), [isRinging]);
}

function useNotification(offer: Offer | undefined): void {
  const { t } = useTranslation();
  const names = useNames();
  const shown = useRef({ t, names });
  useEffect(() => {
    shown.current = { t, names };
  });
  useEffect(() => {
    if (!offer) return undefined;
    const title = shown.current.t('offer.title', { name: offer.customer_name });
    return notify(
      offer.offer_id,
      title,
      `${shown.current.names.queue(offer.queue_id)}\n${offer.opening_text}`,
    );
  }, [offer]);
}

/** A card that goes away by itself leaves a word why. `answered` holds the offers this tab answered. */
function useGoneNotice(offers: Offer[], answered: React.RefObject<Set<string>>): void {
  const { t } = useTranslation();
  const before = useRef(offers);
  useEffect(() => {
    const still = new Set(offers.map((offer) => offer.offer_id));
    const held = new Set(useLive.getState().desk?.assignments.map((item) => item.contact_id));
    for (const offer of before.current) {
      if (still.has(offer.offer_id) || held.has(offer.contact_id) || answered.current.has(offer.offer_id))
        continue;
      const isOver = serverNow() >= offer.expires_at_ms - 500;
      toast(t(isOver ? 'offer.expired' : 'offer.gone', { name: offer.customer_name }));
    }
    before.current = offers;
  }, [offers, answered, t]);
}

export function OfferHost() {
  const { t } = useTranslation();
  const offers = useOffers();
  const first = offers[0];
  const openOnDesk = useOpenOnDesk();
  const isStale = useIsStale();
  const answered = useRef(new Set<string>());
  const accept = useCommand(askAccept);
  const reject = useCommand(askReject);
  useRing(offers.length > 0 && !isStale);
  useNotification(first);
  useGoneNotice(offers, answered);

  /** Noted before the server answers: the desk without the card may come first. */
  const answer = async <T,>(offer: Offer, command: Command<[string], T>) => {
    answered.current.add(offer.offer_id);
    const done = await command.run(offer.offer_id);
    if (!done) answered.current.delete(offer.offer_id);
    return done;
  };
  const onAccept = async (offer: Offer) => {
    const done = await answer(offer, accept);
    if (!done) return;
    answerLeg(offer.offer_id);
    openOnDesk(done.contact_id);
  };
  const onDecline = async (offer: Offer) => {
    await answer(offer, reject);
  };
  const byKey = isStale ? undefined : first;
  useAction('accept', byKey && (() => void onAccept(byKey)));
  useAction('decline', byKey && (() => void onDecline(byKey)));

  return (
    <aside className={styles.stack} aria-label={t('offer.region')}>
      <div className="visually-hidden" aria-live="assertive">
        {first && t('offer.announce', { name: first.customer_name, text: first.opening_text })}
      </div>
      {offers.map((offer) => (
        <OfferCard
          key={offer.offer_id}
          offer={offer}
          isPrimary={offer === first}
          isBusy={accept.isBusy || reject.isBusy}
          isStale={isStale}
          onAccept={() => void onAccept(offer)}
          onDecline={() => void onDecline(offer)}
        />
      ))}
      <AskedCards />
    </aside>
  );
}
