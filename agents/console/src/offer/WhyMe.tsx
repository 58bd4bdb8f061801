import { useTranslation } from 'react-i18next';
import type { OfferCard } from '../api/types';
import { useNames } from '../session/configuration';
import { useUser } from '../session/session';
import { Icon } from '../ui/Icon';
import styles from './OfferCard.module.css';

/** One line: the customer is theirs, or this is what they can do, or it is their queue. */
export function WhyMe({ offer }: { offer: OfferCard }) {
  const { t } = useTranslation();
  const names = useNames();
  const { user_id } = useUser();
  if (!offer.why) return null;
  const isOwner = offer.customer?.owner_agent_id === user_id;
  const skills = (offer.why.skills ?? []).map(({ skill_id, level }) => `${names.skill(skill_id)} ${level}`);
  return (
    <p className={styles.waited}>
      <Icon name="person" size={14} />
      {offer.why.kind === 'preferred' && t(isOwner ? 'offer.why.owner' : 'offer.why.served')}
      {offer.why.kind === 'skills' && t('offer.why.skills', { skills: skills.join(t('list.separator')) })}
      {offer.why.kind === 'queue' && t('offer.why.queue', { queue: names.queue(offer.queue_id) })}
    </p>
  );
}
