import { useQuery } from '@tanstack/react-query';
import { Input, type GetRef } from 'antd';
import { memo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { readContact, readInteractions } from '../api/calls';
import {
  isCall,
  type AssignmentCard,
  type ContactView,
  type CustomerCard,
  type Interaction,
} from '../api/types';
import { ArticlePanel } from '../articles/ArticlePanel';
import { CampaignWork } from '../campaigns/CampaignWork';
import { ContactCases } from '../cases/ContactCases';
import { CustomerBadges } from '../customer/CustomerBadges';
import { LastContacts } from '../customer/LastContacts';
import { CustomerLink } from '../customers/CustomerLink';
import { CallCustomer } from '../dial/DialButton';
import { useAction } from '../keys/actions';
import { useToday } from '../live/now';
import { useKept } from '../persist/keep';
import { ContactLeads } from '../leads/ContactLeads';
import { useNames } from '../session/configuration';
import { useKeep, useUser } from '../session/session';
import { clockTime, clockTimeWithSeconds, count, dateTime, duration, isSameDay } from '../ui/format';
import { channelIcon, Icon } from '../ui/Icon';
import { Failed, Loading } from '../ui/Panel';
import { useLanguageName } from '../ui/useLanguageName';
import styles from './ContextPane.module.css';
import { NotesSoFar } from './NotesSoFar';
import { CATCH_UP_MS, useHeld } from './work';

const READ = 50;
const SHOWN = 12;
const NOTES_MAX = 4000;

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Who it is; once the call is over, with a way to call back. */
function CustomerName({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  return (
    <h2 className={styles.name}>
      {item.customer_name || t('customer.unnamed')}
      {isCall(item.channel) && item.state === 'wrap_up' && (
        <CallCustomer contactId={item.contact_id} shown={item.call?.caller || item.customer_name} />
      )}
    </h2>
  );
}

function Customer({ item, details }: { item: AssignmentCard; details: ContactView | undefined }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const languageName = useLanguageName();
  const email = details?.details.email;
  const missed = (details?.interaction.missed ?? 0) + (details?.interaction.rejected ?? 0);
  return (
    <section className={styles.part} aria-label={t('context.customer')}>
      <CustomerName item={item} />
      {item.customer && (
        <div className={styles.badges}>
          <CustomerBadges card={item.customer} />
        </div>
      )}
      {(email || item.channel === 'chat') && (
        <p className={styles.mail}>
          {email ? <a href={`mailto:${email}`}>{email}</a> : t('context.noEmail')}
        </p>
      )}
      <dl>
        <Fact name={t('context.language')}>{languageName(item.language)}</Fact>
        <Fact name={t('context.queue')}>{names.queue(item.queue_id)}</Fact>
        <Fact name={t('context.arrived')}>{clockTimeWithSeconds(item.arrived_at_ms, i18n.language)}</Fact>
        <Fact name={t('context.waited')}>{duration(item.connected_at_ms - item.arrived_at_ms)}</Fact>
        {missed > 0 && <Fact name={t('context.missed')}>{count(missed, i18n.language)}</Fact>}
      </dl>
      <CustomerLink customerKey={details?.interaction.customer_key} />
    </section>
  );
}

/** What the customer had to do with the company before. */
function Before({ card, customerKey }: { card: CustomerCard; customerKey: string | undefined }) {
  const { t } = useTranslation();
  return (
    <section className={styles.part} aria-label={t('context.before')}>
      <h2 className={styles.title}>{t('context.before')}</h2>
      <LastContacts card={card} />
      {customerKey && card.last_contacts.length > 0 && (
        <Link
          className={styles.all}
          to={{ pathname: '/log', search: `?customer=${encodeURIComponent(customerKey)}` }}
        >
          {t('context.allContacts')}
        </Link>
      )}
    </section>
  );
}

/** The same notes the wrap-up form will show, so they can be written while talking. */
function Notes({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const [notes, setNotes] = useKept(useKeep(), `notes:${contactId}`, '');
  const input = useRef<GetRef<typeof Input.TextArea>>(null);
  useAction('note', () => input.current?.focus());
  return (
    <section className={styles.part} aria-label={t('context.notes')}>
      <h2 className={styles.title}>{t('context.notes')}</h2>
      <Input.TextArea
        ref={input}
        autoSize={{ minRows: 2, maxRows: 8 }}
        maxLength={NOTES_MAX}
        value={notes}
        onChange={(event) => setNotes(event.target.value || undefined)}
        placeholder={t('context.notesHint')}
        aria-label={t('context.notes')}
      />
    </section>
  );
}

/** What is of use only while the customer is there. */
function AtWork({ item }: { item: AssignmentCard }) {
  return (
    <>
      <Notes contactId={item.contact_id} />
      <ArticlePanel item={item} />
    </>
  );
}

interface ContextPaneProps {
  item: AssignmentCard | undefined;
}

/** The script of a call of ours comes before everything that is written meanwhile. */
function Work({ item }: ContextPaneProps) {
  const contactId = item?.contact_id ?? '';
  const atWork = item && item.state !== 'wrap_up' && <AtWork key={contactId} item={item} />;
  const isOurs = item?.channel === 'outbound_voice';
  return (
    <>
      {!isOurs && atWork}
      <CampaignWork contactId={contactId} />
      {isOurs && atWork}
    </>
  );
}

function RecentRow({ row }: { row: Interaction }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const isToday = isSameDay(row.arrived_at_ms, useToday());
  return (
    <li className={styles.recent}>
      <Icon name={channelIcon(row.channel)} />
      <span className={styles.recentName}>{row.customer_name || t('customer.unnamed')}</span>
      <time>{(isToday ? clockTime : dateTime)(row.arrived_at_ms, i18n.language)}</time>
      <span className={styles.outcome}>
        {row.disposition_id ? names.disposition(row.disposition_id) : names.queue(row.queue_id)}
      </span>
    </li>
  );
}

/** The agent's own last contacts; read again whenever one was finished, until the log knows of it. */
function Recent() {
  const { t } = useTranslation();
  const held = useHeld();
  const recent = useQuery({
    queryKey: ['interactions', 'recent', held.contactIds],
    queryFn: () => readInteractions(undefined, READ),
    placeholderData: (before) => before,
    refetchInterval: ({ state }) =>
      state.data && state.data.as_of_seq < held.sinceSeq ? CATCH_UP_MS : false,
  });
  const { user_id } = useUser();
  const isOwn = (row: Interaction) => row.agent_id === user_id && row.closed_at_ms !== null;
  const rows = recent.data?.interactions.filter(isOwn).slice(0, SHOWN) ?? [];
  return (
    <section className={styles.part} aria-label={t('context.recent')}>
      <h2 className={styles.title}>{t('context.recent')}</h2>
      {recent.isPending && <Loading rows={4} />}
      {recent.isError && <Failed error={recent.error} onRetry={() => void recent.refetch()} />}
      {recent.isSuccess && !rows.length && <p className={styles.none}>{t('context.noRecent')}</p>}
      <ul>
        {rows.map((row) => (
          <RecentRow key={row.contact_id} row={row} />
        ))}
      </ul>
    </section>
  );
}

export const ContextPane = memo(function ContextPane({ item }: ContextPaneProps) {
  const { t } = useTranslation();
  const contactId = item?.contact_id ?? '';
  const details = useQuery({
    queryKey: ['contact', contactId],
    queryFn: () => readContact(contactId),
    enabled: contactId !== '',
  });
  return (
    <aside className={styles.pane} aria-label={t('context.title')}>
      {item && <Customer item={item} details={details.data} />}
      {item && details.isError && <Failed error={details.error} onRetry={() => void details.refetch()} />}
      {item && <NotesSoFar notes={details.data?.details.noted ?? []} />}
      <Work item={item} />
      <ContactCases key={`cases ${contactId}`} contactId={contactId} />
      <ContactLeads key={`leads ${contactId}`} contactId={contactId} />
      {item?.customer && <Before card={item.customer} customerKey={details.data?.interaction.customer_key} />}
      <Recent />
    </aside>
  );
});
