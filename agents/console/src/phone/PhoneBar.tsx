/** Calls that ring in this browser and are no offer: a colleague who asks, a call one listens to or has placed. */
import { Button } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useOffers } from '../offer/OfferHost';
import { startRinging } from '../offer/ring';
import { Icon } from '../ui/Icon';
import { answerLeg, endLeg, usePhone, type CallView } from './phone';
import styles from './Phone.module.css';

const COLLEAGUE = /\.c\d+$/;
const LISTENING = /\.s\d+$/;

const kindOf = (legId: string) =>
  COLLEAGUE.test(legId) ? 'colleague' : LISTENING.test(legId) ? 'listening' : 'own';

function Ringing({ call }: { call: CallView }) {
  const { t } = useTranslation();
  useEffect(startRinging, []);
  return (
    <section
      className={styles.ringing}
      role="alertdialog"
      aria-label={t('phone.rings')}
      data-leg={call.legId}
    >
      <Icon name="voice" size={20} />
      <p>{t(`phone.ring.${kindOf(call.legId)}`)}</p>
      <Button onClick={() => endLeg(call.legId)}>{t('phone.decline')}</Button>
      <Button type="primary" autoFocus onClick={() => answerLeg(call.legId)}>
        {t('phone.answer')}
      </Button>
    </section>
  );
}

export function PhoneBar() {
  const calls = usePhone((phone) => phone.calls);
  const offers = useOffers();
  const offered = new Set(offers.map((offer) => offer.offer_id));
  return calls
    .filter((call) => call.state === 'ringing' && !offered.has(call.legId))
    .map((call) => <Ringing key={call.legId} call={call} />);
}
