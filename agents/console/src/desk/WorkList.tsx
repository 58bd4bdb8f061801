import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { setState } from '../api/calls';
import type { AgentCard, WorkState } from '../api/types';
import { useLive } from '../live/store';
import { useOffers } from '../offer/OfferHost';
import { useNames } from '../session/configuration';
import { useIsStale } from '../shell/useIsStale';
import { CapacityMeter } from '../ui/CapacityMeter';
import { Icon } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';
import { OwnDay } from './OwnDay';
import { useOpenItem, useWorkGroups } from './work';
import styles from './WorkList.module.css';
import { OfferRow, WorkRow } from './WorkRow';

const askState = (key: string, state: WorkState, reasonId: string | null) => setState(state, reasonId, key);

/** An agent who was set to not ready for missed offers is told so, with the way back beside it. */
function MissedNotice({ agent }: { agent: AgentCard }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const { run, isBusy } = useCommand(askState);
  if (agent.state !== 'not_ready' || agent.reason_id !== 'missed') return null;
  return (
    <div className={styles.missed} role="alert">
      <Icon name="warning" />
      <p>{t('work.missed')}</p>
      <Button size="small" disabled={isStale} loading={isBusy} onClick={() => void run('ready', null)}>
        {t('status.goReady')}
      </Button>
    </div>
  );
}

export function WorkList() {
  const { t } = useTranslation();
  const agent = useLive((state) => state.desk?.agent);
  const offers = useOffers();
  const groups = useWorkGroups();
  const [open, select] = useOpenItem();
  if (!agent) return null;
  const isEmpty = !groups.length && !offers.length;
  return (
    <section className={styles.pane} aria-label={t('work.title')}>
      <header className={styles.head}>
        <h2>{t('work.title')}</h2>
        <span title={t(agent.capacity_used > agent.capacity_total ? 'work.capacityOver' : 'work.capacity')}>
          <CapacityMeter used={agent.capacity_used} total={agent.capacity_total} />
        </span>
      </header>
      <MissedNotice agent={agent} />
      {isEmpty ? (
        <p className={styles.none}>{t(agent.state === 'ready' ? 'work.noneReady' : 'work.noneNotReady')}</p>
      ) : (
        <div className={styles.list}>
          {groups.map(({ name, items }) => (
            <section key={name} aria-label={t(`work.group.${name}`)}>
              {groups.length > 1 && <h3 className={styles.group}>{t(`work.group.${name}`)}</h3>}
              <ul>
                {items.map((item) => (
                  <WorkRow
                    key={item.contact_id}
                    item={item}
                    isOpen={item.contact_id === open?.contact_id}
                    onOpen={select}
                  />
                ))}
              </ul>
            </section>
          ))}
          {/* Below the work in hand, so that ringing moves nothing. */}
          <ul>
            {offers.map((offer) => (
              <OfferRow key={offer.offer_id} offer={offer} />
            ))}
          </ul>
        </div>
      )}
      <OwnDay />
      <QueueNames />
    </section>
  );
}

function QueueNames() {
  const { t } = useTranslation();
  const names = useNames();
  const queues = names.ownQueues;
  return queues.length ? (
    <footer className={styles.foot}>{t('work.queues', { queues: queues.join(t('list.separator')) })}</footer>
  ) : null;
}
