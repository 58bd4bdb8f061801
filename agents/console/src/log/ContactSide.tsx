import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readContact, readMessages } from '../api/calls';
import { isCall, type ContactView } from '../api/types';
import { SentArticles } from '../articles/SentArticles';
import { WholeNumber } from '../call/WholeNumber';
import { CustomerLink } from '../customers/CustomerLink';
import { CallCustomer, usePlacesCalls } from '../dial/DialButton';
import { Lines } from '../desk/Lines';
import { OldMails } from '../email/OldMails';
import { NotYours, Recordings } from '../recording/Recordings';
import { useNames } from '../session/configuration';
import { useUser } from '../session/session';
import { dateTime, duration } from '../ui/format';
import page from '../ui/Page.module.css';
import { Failed, Loading } from '../ui/Panel';
import { SidePanel } from '../ui/SidePanel';
import { Explanation } from '../why/Explanation';
import { CustomerTimeline } from './CustomerTimeline';
import styles from './Log.module.css';
import { Outcome } from './LogTable';
import { Phases } from './Phases';

function Facts({ contact }: { contact: ContactView }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const { interaction: row, details } = contact;
  const { role } = useUser();
  const placesCalls = usePlacesCalls();
  const hasNumber = isCall(row.channel) && role !== 'agent';
  const facts: [string, React.ReactNode][] = [
    ['outcome', <Outcome key="outcome" row={row} />],
    ['arrived', dateTime(row.arrived_at_ms, i18n.language)],
    ['queue', names.queue(row.queue_id)],
    ['agent', row.agent_name],
    ['waited', row.answered_at_ms === null ? '' : duration(row.answered_at_ms - row.arrived_at_ms)],
    ['disposition', row.disposition_id ? names.disposition(row.disposition_id) : ''],
    [
      'number',
      hasNumber ? <WholeNumber key="number" contactId={row.contact_id} masked={row.customer_name} /> : '',
    ],
    [
      'call',
      isCall(row.channel) && placesCalls ? (
        <CallCustomer key="call" contactId={row.contact_id} shown={row.customer_name} />
      ) : (
        ''
      ),
    ],
    ['email', details.email],
    ['notes', details.notes],
  ];
  return (
    <dl className={page.facts}>
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <FactPair key={name} name={t(`log.column.${name}`)} value={value} />
        ))}
    </dl>
  );
}

function FactPair({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** What the customer answered to a survey, each tied to the agent it is about. */
function Marks({ marks }: { marks: NonNullable<ContactView['marks']> }) {
  const { t } = useTranslation();
  const names = useNames();
  if (!marks.length) return null;
  return (
    <dl className={page.facts} aria-label={t('survey.title')} data-marks>
      {marks.map((one) => (
        <FactPair
          key={one.question}
          name={names.of(one.name)}
          value={`${t('survey.of', { mean: one.mark, high: one.high })}${one.agent_name && ` · ${one.agent_name}`}`}
        />
      ))}
    </dl>
  );
}

function OldTranscript({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const transcript = useInfiniteQuery({
    queryKey: ['transcript', contactId, 'read-only'],
    queryFn: ({ pageParam }) => readMessages(contactId, pageParam),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.has_more ? last.messages.at(-1)?.seq : undefined),
  });
  if (transcript.isPending) return <Loading rows={6} />;
  if (transcript.isError)
    return <Failed error={transcript.error} onRetry={() => void transcript.refetch()} />;
  const messages = transcript.data.pages.flatMap((part) => part.messages);
  return (
    <div className={styles.lines}>
      <Lines messages={messages} />
      {!messages.length && <p className={styles.more}>{t('conversation.noMessages')}</p>}
      {transcript.hasNextPage && (
        <Button onClick={() => void transcript.fetchNextPage()} loading={transcript.isFetchingNextPage}>
          {t('log.more')}
        </Button>
      )}
    </div>
  );
}

function Why({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  if (isOpen) return <Explanation contactId={contactId} />;
  return (
    <div className={styles.more}>
      <Button onClick={() => setOpen(true)}>{t('why.title')}</Button>
    </div>
  );
}

type Tab = 'contact' | 'customer';

function Tabs({ tab, onChange }: { tab: Tab; onChange: (tab: Tab) => void }) {
  const { t } = useTranslation();
  const tabs: Tab[] = ['contact', 'customer'];
  return (
    <div className={styles.tabs}>
      <Segmented
        block
        aria-label={t('log.tabs')}
        value={tab}
        onChange={onChange}
        options={tabs.map((value) => ({ value, label: t(`log.tab.${value}`) }))}
      />
    </div>
  );
}

function OneContact({ contact }: { contact: ContactView }) {
  const user = useUser();
  const { contact_id: contactId, agent_id: agentId } = contact.interaction;
  const { channel } = contact.interaction;
  const isOwn = user.role !== 'agent' || agentId === user.user_id;
  const isSpoken = isCall(channel) || channel === 'task';
  return (
    <>
      <Facts contact={contact} />
      <Marks marks={contact.marks ?? []} />
      <SentArticles contactId={contactId} />
      <Phases phases={contact.phases ?? []} />
      {isSpoken && (isOwn ? <Recordings contactId={contactId} /> : <NotYours />)}
      {isOwn && <Why contactId={contactId} />}
      {channel === 'email' ? <OldMails contactId={contactId} /> : <OldTranscript contactId={contactId} />}
    </>
  );
}

interface ContactSideProps {
  contactId: string;
  onOpen: (contactId: string) => void;
  onClose: () => void;
}

/** A contact as it was: what it was about, what happened to it, every line; and all its customer's contacts. */
export function ContactSide({ contactId, onOpen, onClose }: ContactSideProps) {
  const { t } = useTranslation();
  const contact = useQuery({ queryKey: ['contact', contactId], queryFn: () => readContact(contactId) });
  const [tab, setTab] = useState<Tab>('contact');
  const { customer_name: name, customer_key: customerKey } = contact.data?.interaction ?? {};
  const openOther = (other: string) => (other === contactId ? setTab('contact') : onOpen(other));
  return (
    <SidePanel isWide title={name || t('customer.unnamed')} onClose={onClose}>
      {contact.isPending && <Loading rows={5} />}
      {contact.isError && <Failed error={contact.error} onRetry={() => void contact.refetch()} />}
      {customerKey && <Tabs tab={tab} onChange={setTab} />}
      <div className={styles.toCustomer}>
        <CustomerLink customerKey={customerKey} />
      </div>
      {contact.data && tab === 'contact' && <OneContact contact={contact.data} />}
      {customerKey && tab === 'customer' && (
        <CustomerTimeline customerKey={customerKey} openId={contactId} onOpen={openOther} />
      )}
    </SidePanel>
  );
}
