import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { setState } from '../api/calls';
import type { AgentCard, AssignmentCard, OfferCard, WorkState } from '../api/types';
import { useNow } from '../live/now';
import { useLive } from '../live/store';
import { useAlertPermission } from '../offer/notify';
import { useOffers } from '../offer/OfferHost';
import { useNames } from '../session/configuration';
import { useIsStale } from '../shell/useIsStale';
import { CapacityMeter } from '../ui/CapacityMeter';
import { duration } from '../ui/format';
import { channelIcon, Icon } from '../ui/Icon';
import { Empty } from '../ui/Panel';
import { StateTag } from '../ui/StateTag';
import { useCommand } from '../ui/useCommand';
import { useOpenItem, useTranscript, useUnread, useWork } from './work';
import styles from './WorkList.module.css';

const askState = (key: string, state: WorkState, reasonId: string | null) => setState(state, reasonId, key);

function ReadyButton() {
  const { t } = useTranslation();
  const { run, isBusy } = useCommand(askState);
  const isStale = useIsStale();
  return (
    <Button
      type="primary"
      icon={<Icon name="ready" />}
      disabled={isStale}
      loading={isBusy}
      onClick={() => void run('ready', null)}
    >
      {t('status.goReady')}
    </Button>
  );
}

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

function RowState({ item, now }: { item: AssignmentCard; now: number }) {
  const { t } = useTranslation();
  if (item.state === 'wrap_up')
    return (
      <StateTag tone="wrapUp" icon="wrapUp" isPlain>
        {item.wrap_up_until_ms === null
          ? t('contact.wrap_up')
          : `${t('contact.wrap_up')} ${duration(item.wrap_up_until_ms - now)}`}
      </StateTag>
    );
  if (item.state === 'parked')
    return (
      <StateTag tone="idle" icon="clock" isPlain>
        {t('contact.parked')}
      </StateTag>
    );
  if (!item.is_customer_present)
    return (
      <StateTag tone="warning" icon="left" isPlain>
        {t('contact.left')}
      </StateTag>
    );
  return (
    <StateTag tone="talking" icon="chat" isPlain>
      {t('contact.connected')}
    </StateTag>
  );
}

function WorkRow({ item, isOpen, onOpen }: { item: AssignmentCard; isOpen: boolean; onOpen: () => void }) {
  const { t } = useTranslation();
  const now = useNow();
  const unread = useUnread(item.contact_id);
  const last = useTranscript(item.contact_id).at(-1);
  return (
    <li>
      <button type="button" className={styles.row} aria-current={isOpen || undefined} onClick={onOpen}>
        <span className={styles.icon}>
          <Icon name={channelIcon(item.channel)} size={18} />
        </span>
        <span className={styles.name}>{item.customer_name || t('customer.unnamed')}</span>
        <span className={styles.time} title={t('contact.sinceConnected')}>
          {duration(now - item.connected_at_ms)}
        </span>
        <span className={styles.preview}>{last?.text ?? ''}</span>
        {unread > 0 && (
          <span className={styles.badge} aria-label={t('work.unread', { count: unread })}>
            {unread}
          </span>
        )}
        <span className={styles.state}>
          <RowState item={item} now={now} />
        </span>
      </button>
    </li>
  );
}

function OfferRow({ offer }: { offer: OfferCard }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <li className={styles.row} data-offered>
      <span className={styles.icon}>
        <Icon name={channelIcon(offer.channel)} size={18} />
      </span>
      <span className={styles.name}>{offer.customer_name || t('customer.unnamed')}</span>
      <span className={styles.time}>{duration(offer.expires_at_ms - now)}</span>
      <span className={styles.preview}>{offer.opening_text}</span>
      <span className={styles.state}>
        <StateTag tone="offered" icon="bell" isPlain>
          {t('contact.offered')}
        </StateTag>
      </span>
    </li>
  );
}

export function WorkList() {
  const { t } = useTranslation();
  const agent = useLive((state) => state.desk?.agent);
  const offers = useOffers();
  const work = useWork();
  const [open, select] = useOpenItem();
  if (!agent) return null;
  const isEmpty = !work.length && !offers.length;
  return (
    <section className={styles.pane} aria-label={t('work.title')}>
      <header className={styles.head}>
        <h2>{t('work.title')}</h2>
        <span title={t('work.capacity')}>
          <CapacityMeter used={agent.capacity_used} total={agent.capacity_total} />
        </span>
      </header>
      <MissedNotice agent={agent} />
      {isEmpty ? (
        <p className={styles.none}>{t(agent.state === 'ready' ? 'work.noneReady' : 'work.noneNotReady')}</p>
      ) : (
        <ul className={styles.list}>
          {work.map((item) => (
            <WorkRow
              key={item.contact_id}
              item={item}
              isOpen={item.contact_id === open?.contact_id}
              onOpen={() => select(item.contact_id)}
            />
          ))}
          {/* Below the work in hand, so that ringing moves nothing. */}
          {offers.map((offer) => (
            <OfferRow key={offer.offer_id} offer={offer} />
          ))}
        </ul>
      )}
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

function AlertHint() {
  const { t } = useTranslation();
  const [permission, ask] = useAlertPermission();
  if (permission !== 'default') return null;
  return (
    <Button type="link" icon={<Icon name="bell" />} onClick={ask}>
      {t('profile.askNotifications')}
    </Button>
  );
}

/** The middle pane with nothing in hand: says what will appear, and shows the one thing to do. */
export function NothingOpen() {
  const { t } = useTranslation();
  const isReady = useLive((state) => state.desk?.agent.state === 'ready');
  return (
    <section className={styles.nothing} aria-label={t('conversation.title')}>
      {isReady ? (
        <Empty icon="ready" title={t('work.waitingTitle')} text={t('work.waitingText')}>
          <AlertHint />
        </Empty>
      ) : (
        <Empty icon="idle" title={t('work.startTitle')} text={t('work.startText')}>
          <ReadyButton />
          <AlertHint />
        </Empty>
      )}
    </section>
  );
}
