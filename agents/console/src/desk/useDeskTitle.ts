import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../live/store';
import { useOffers } from '../offer/OfferHost';
import { useKeep } from '../session/session';
import { unreadCount, useWork } from './work';

/** The tab says what waits: who is ringing, else how many lines are unread. */
export function useDeskTitle(): void {
  const { t } = useTranslation();
  const keep = useKeep();
  const [offer] = useOffers();
  const work = useWork();
  const transcripts = useLive((state) => state.transcripts);
  useEffect(() => {
    const unread = work.reduce(
      (sum, { contact_id }) =>
        sum + unreadCount(transcripts[contact_id] ?? [], keep.get(`read:${contact_id}`, 0)),
      0,
    );
    const page = `${t('page.desk')} · ${t('product')}`;
    const badge = unread ? `(${unread}) ` : '';
    document.title = offer ? `● ${t('offer.title', { name: offer.customer_name })}` : badge + page;
  }, [t, keep, offer, work, transcripts]);
}
