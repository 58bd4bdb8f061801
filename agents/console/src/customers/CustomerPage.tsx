/** A customer, whole: what is known, what is open, and every contact as far as the reader may see it. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { TimelineContact } from '../api/history';
import { isCall } from '../api/types';
import { CaseSide } from '../cases/CaseSide';
import { CallCustomer } from '../dial/DialButton';
import { LeadSide } from '../leads/LeadSide';
import { ContactSide } from '../log/ContactSide';
import { CustomerTimeline } from '../log/CustomerTimeline';
import { useTimeline } from '../log/useTimeline';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { usePageTitle } from '../ui/usePageTitle';
import styles from './Customers.module.css';
import { OpenWork } from './OpenWork';
import { ProfilePanel } from './ProfilePanel';
import { mailAddress, useProfile } from './useProfile';

/** What stands open beside the page. */
interface Opened {
  kind: 'contact' | 'case' | 'lead';
  id: string;
}

interface BesideProps {
  opened: Opened;
  onOpen: (opened: Opened | null) => void;
}

function Beside({ opened: { kind, id }, onOpen }: BesideProps) {
  const close = () => onOpen(null);
  if (kind === 'case') return <CaseSide key={id} caseId={id} onClose={close} />;
  if (kind === 'lead') return <LeadSide key={id} leadId={id} onClose={close} />;
  return (
    <ContactSide
      key={id}
      contactId={id}
      onOpen={(contactId) => onOpen({ kind: 'contact', id: contactId })}
      onClose={close}
    />
  );
}

/** A mail to where the profile says it reaches the customer; who may not read the profile is not offered it. */
function Write({ customerKey }: { customerKey: string }) {
  const { t } = useTranslation();
  const address = mailAddress(useProfile(customerKey).data);
  if (!address) return null;
  return (
    <Button icon={<Icon name="email" />} href={`mailto:${encodeURIComponent(address)}`}>
      {t('customers.write')}
    </Button>
  );
}

interface TitleProps {
  customerKey: string;
  contacts: TimelineContact[];
  isPending: boolean;
}

/** Who it is by the newest contact that names somebody; the number of the newest call can be called. */
function Title({ customerKey, contacts, isPending }: TitleProps) {
  const { t } = useTranslation();
  const rows = contacts.map((contact) => contact.interaction);
  const name = rows.find((row) => row.customer_name)?.customer_name;
  const call = rows.find((row) => isCall(row.channel));
  return (
    <header className={styles.title}>
      <h1>{name ?? t(isPending ? 'page.customers' : 'customer.unnamed')}</h1>
      {call && <CallCustomer isNamed contactId={call.contact_id} shown={call.customer_name} />}
      <Write customerKey={customerKey} />
      <span className={page.grow} />
      <Link className={styles.link} to="/customers">
        {t('customers.another')}
      </Link>
    </header>
  );
}

function OneCustomer({ customerKey }: { customerKey: string }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<Opened | null>(null);
  const timeline = useTimeline(customerKey);
  const contacts = timeline.data?.pages.flatMap((part) => part.contacts) ?? [];
  const newest = contacts[0]?.interaction.contact_id;
  const openContact = (id: string) => setOpened({ kind: 'contact', id });
  return (
    <div className={page.page}>
      <div className={page.body}>
        <Title customerKey={customerKey} contacts={contacts} isPending={timeline.isPending} />
        <div className={styles.columns}>
          <div className={styles.known}>
            <ProfilePanel customerKey={customerKey} />
            {newest && (
              <OpenWork
                contactId={newest}
                onOpenCase={(id) => setOpened({ kind: 'case', id })}
                onOpenLead={(id) => setOpened({ kind: 'lead', id })}
              />
            )}
          </div>
          <section className={page.panel} data-grow aria-labelledby="customer-timeline">
            <header className={page.head}>
              <h2 id="customer-timeline">{t('customers.timeline')}</h2>
              <span className={page.muted}>{t('customers.order')}</span>
              <span className={page.grow} />
              <Button
                icon={<Icon name="retry" />}
                loading={timeline.isRefetching && !timeline.isFetchingNextPage}
                onClick={() => void timeline.refetch()}
              >
                {t('log.refresh')}
              </Button>
            </header>
            <div className={page.scroll} tabIndex={0} role="region" aria-labelledby="customer-timeline">
              <CustomerTimeline
                customerKey={customerKey}
                onOpen={openContact}
                {...(opened?.kind === 'contact' && { openId: opened.id })}
              />
            </div>
          </section>
        </div>
      </div>
      {opened && <Beside opened={opened} onOpen={setOpened} />}
    </div>
  );
}

export default function CustomerPage() {
  const { customerKey = '' } = useParams();
  usePageTitle('customers');
  return <OneCustomer key={customerKey} customerKey={customerKey} />;
}
