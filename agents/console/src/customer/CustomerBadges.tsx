import { useTranslation } from 'react-i18next';
import type { CustomerCard } from '../api/types';
import { useUser } from '../session/session';
import { Icon } from '../ui/Icon';
import styles from './Customer.module.css';

const VIP = 'vip';

/** What must be seen before the first word: an open complaint, the tier, whose customer it is, the region. */
export function CustomerBadges({ card }: { card: CustomerCard }) {
  const { t } = useTranslation();
  const { user_id } = useUser();
  const owner =
    card.owner_agent_id === user_id
      ? t('customer.ownerYou')
      : card.owner_name && t('customer.owner', { name: card.owner_name });
  if (!card.has_open_complaint && !card.tier && !card.region && !owner) return null;
  return (
    <ul className={styles.badges} aria-label={t('customer.known')}>
      {card.has_open_complaint && (
        <li data-tone="warning">
          <Icon name="warning" size={14} />
          {t('customer.openComplaint')}
        </li>
      )}
      {card.tier && (
        <li data-tone={card.tier === VIP ? 'gold' : undefined}>
          {card.tier === VIP && <Icon name="star" size={14} />}
          {card.tier.toUpperCase()}
        </li>
      )}
      {owner && <li>{owner}</li>}
      {card.region && <li>{card.region}</li>}
    </ul>
  );
}
