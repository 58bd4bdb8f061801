import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { explainContact, explainOffers } from '../api/calls';
import type { Section } from '../api/types';
import { useLive } from '../live/store';
import { dateTime } from '../ui/format';
import { Failed, Loading } from '../ui/Panel';
import styles from './Why.module.css';

const REFRESH_MS = 2_000;

/** The server tells explanations in words, in two languages. */
export function useTold(): 'en' | 'zh' {
  const { i18n } = useTranslation();
  return i18n.language.startsWith('zh') ? 'zh' : 'en';
}

export function Sections({ sections }: { sections: Section[] }) {
  return sections.map((section) => (
    <section key={section.title} className={styles.section}>
      <h3>{section.title}</h3>
      {section.lines.length > 0 && (
        <ul>
          {section.lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  ));
}

function AskAbout({ agentId, onAsk }: { agentId?: string; onAsk: (agentId?: string) => void }) {
  const { t } = useTranslation();
  const agents = useLive((state) => state.board?.agents) ?? [];
  if (!agents.length) return null;
  return (
    <Select
      className={styles.ask}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={t('why.askAbout')}
      placeholder={t('why.askAbout')}
      value={agentId}
      onChange={(chosen?: string) => onAsk(chosen)}
      options={agents.map((agent) => ({ value: agent.agent_id, label: agent.display_name }))}
    />
  );
}

/** Read from the journal when asked for: that is work for the server. */
function Offers({ contactId, agentId }: { contactId: string; agentId?: string }) {
  const { t, i18n } = useTranslation();
  const language = useTold();
  const [isAsked, setAsked] = useState(false);
  const offers = useQuery({
    queryKey: ['explanation', contactId, 'offers', language, agentId],
    queryFn: () => explainOffers(contactId, language, agentId),
    enabled: isAsked,
  });
  if (!isAsked)
    return (
      <div className={styles.more}>
        <Button onClick={() => setAsked(true)}>{t('why.offers')}</Button>
      </div>
    );
  if (offers.isPending) return <Loading rows={6} />;
  if (offers.isError) return <Failed error={offers.error} onRetry={() => void offers.refetch()} />;
  if (!offers.data.offers.length) return <p className={styles.more}>{t('why.noOffers')}</p>;
  return offers.data.offers.map((offer) => (
    <article key={offer.number} className={styles.offer}>
      <time dateTime={new Date(offer.at_ms).toISOString()}>{dateTime(offer.at_ms, i18n.language)}</time>
      <Sections sections={offer.sections} />
    </article>
  ));
}

/** Why a contact waits, or where it is; why not somebody; and why its offers went where they did. */
export function Explanation({ contactId }: { contactId: string }) {
  const language = useTold();
  const [agentId, setAgentId] = useState<string>();
  const why = useQuery({
    queryKey: ['explanation', contactId, language, agentId],
    queryFn: () => explainContact(contactId, language, agentId),
    refetchInterval: (query) => (query.state.data?.state === 'closed' ? false : REFRESH_MS),
    placeholderData: (before) => before,
  });
  if (why.isPending) return <Loading rows={6} />;
  if (why.isError && !why.data) return <Failed error={why.error} onRetry={() => void why.refetch()} />;
  return (
    <div className={styles.why}>
      <AskAbout agentId={agentId} onAsk={setAgentId} />
      <Sections sections={why.data.sections} />
      <Offers contactId={contactId} agentId={agentId} />
    </div>
  );
}
