/** What is known of a customer, and for who may: editing it. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import type { Profile } from '../api/customers';
import { readAgents } from '../api/history';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Failed, Loading } from '../ui/Panel';
import { useLanguageName } from '../ui/useLanguageName';
import { arrivalAddress } from './address';
import styles from './Customers.module.css';
import { ProfileDialog } from './ProfileDialog';
import { useManagesProfiles, useProfile } from './useProfile';

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** The name of the agent whose customer it is; the id while nobody knows the name. */
function useOwnerName(): (profile: Profile) => string {
  const enabled = useManagesProfiles();
  const agents = useQuery({ queryKey: ['agents'], queryFn: readAgents, enabled });
  return ({ owner_agent_id: id }) =>
    agents.data?.agents.find((one) => one.agent_id === id)?.display_name ?? id ?? '';
}

function Facts({ customerKey, profile }: { customerKey: string; profile: Profile | null | undefined }) {
  const { t } = useTranslation();
  const languageName = useLanguageName();
  const ownerName = useOwnerName();
  return (
    <dl className={page.facts}>
      {profile && (
        <>
          <Fact name={t('customers.field.address')}>{profile.address}</Fact>
          <Fact name={t('customers.field.email')}>{profile.email ?? '–'}</Fact>
          <Fact name={t('customers.field.tier')}>{profile.tier ?? '–'}</Fact>
          <Fact name={t('customers.field.language')}>
            {profile.language ? languageName(profile.language) : '–'}
          </Fact>
          <Fact name={t('customers.field.region')}>{profile.region ?? '–'}</Fact>
          <Fact name={t('customers.field.owner_agent_id')}>{ownerName(profile) || '–'}</Fact>
          <Fact name={t('customers.field.has_open_complaint')}>
            {t(profile.has_open_complaint ? 'customers.yes' : 'customers.no')}
          </Fact>
        </>
      )}
      <Fact name={t('customers.key')}>
        <span className={styles.key}>{customerKey}</span>
      </Fact>
    </dl>
  );
}

interface EditProps {
  customerKey: string;
  profile: Profile | null;
}

function Edit({ customerKey, profile }: EditProps) {
  const { t } = useTranslation();
  const state: unknown = useLocation().state;
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={<Icon name="wrapUp" />} onClick={() => setOpen(true)}>
        {t(profile ? 'customers.edit' : 'customers.add')}
      </Button>
      {isOpen && (
        <ProfileDialog
          customerKey={customerKey}
          opened={profile}
          typedAddress={arrivalAddress(state)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

export function ProfilePanel({ customerKey }: { customerKey: string }) {
  const { t } = useTranslation();
  const isManaging = useManagesProfiles();
  const { data: profile, isError, isPending, error, refetch } = useProfile(customerKey);
  return (
    <section className={page.panel} aria-labelledby="customer-known">
      <header className={page.head}>
        <h2 id="customer-known">{t('customers.profile')}</h2>
        <span className={page.grow} />
        {profile !== undefined && <Edit customerKey={customerKey} profile={profile} />}
      </header>
      {isManaging && isPending && <Loading rows={5} />}
      {isError && <Failed error={error} onRetry={() => void refetch()} />}
      {profile === null && <p className={styles.none}>{t('customers.nothing')}</p>}
      {!isManaging && <p className={styles.none}>{t('customers.elsewhere')}</p>}
      <Facts customerKey={customerKey} profile={profile} />
    </section>
  );
}
