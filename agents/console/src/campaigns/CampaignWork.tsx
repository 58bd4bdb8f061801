/** What an agent does for campaigns: the next entry on the screen, its script, and whether to call it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  dialEntry,
  nextEntry,
  readCampaignWork,
  skipEntry,
  type CampaignToDo,
  type EntryCard,
  type SkipReason,
} from '../api/campaigns';
import pane from '../desk/ContextPane.module.css';
import { useOpenOnDesk } from '../desk/open';
import { useHeld } from '../desk/work';
import { usePlacesCalls } from '../dial/DialButton';
import { useNames } from '../session/configuration';
import { useIsStale } from '../shell/useIsStale';
import { count, dateTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';
import styles from './Campaigns.module.css';

const QUIET_MS = 30_000;
const CALLING_MS = 1_000;
const reasons: SkipReason[] = ['later', 'wrong_data', 'unsuitable', 'do_not_call'];

const askNext = (_key: string, campaignId: string) => nextEntry(campaignId);
const askDial = (_key: string, entry: EntryCard) => dialEntry(entry.campaign_id, entry.entry_id);
const askSkip = (_key: string, entry: EntryCard, reason: SkipReason) =>
  skipEntry(entry.campaign_id, entry.entry_id, reason);

/** What the agent says, in the language of the console; in the other one where that is all there is. */
function Script({ entry }: { entry: EntryCard }) {
  const { t, i18n } = useTranslation();
  const { script_en, script_zh } = entry;
  const own = i18n.language.startsWith('zh') ? script_zh || script_en : script_en || script_zh;
  if (!own) return null;
  return (
    <p className={styles.script} data-script aria-label={t('campaigns.script')} role="note" tabIndex={0}>
      {own}
    </p>
  );
}

function History({ entry }: { entry: EntryCard }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  return (
    <ul>
      {entry.last_result && (
        <li>{t('campaigns.lastResult', { result: t(`campaigns.word.${entry.last_result}`) })}</li>
      )}
      {entry.last_contacts.map((last) => (
        <li key={last.contact_id}>
          {dateTime(last.arrived_at_ms, i18n.language)} · {names.queue(last.queue_id)}
          {last.disposition_id && ` · ${names.disposition(last.disposition_id)}`}
        </li>
      ))}
    </ul>
  );
}

interface CardProps {
  entry: EntryCard;
  onChanged: () => void;
}

function Buttons({ entry, onChanged }: CardProps) {
  const { t, i18n } = useTranslation();
  const isStale = useIsStale();
  const [refusal, setRefusal] = useState('');
  const dialling = useCommand(askDial, setRefusal);
  const openOnDesk = useOpenOnDesk();
  const skipping = useCommand(askSkip, setRefusal);
  const dial = async () => {
    setRefusal('');
    const done = await dialling.run(entry);
    if (done?.reason) {
      const until = done.until_ms ? dateTime(done.until_ms, i18n.language) : '';
      setRefusal([t(`campaigns.word.${done.reason}`), until].filter(Boolean).join(' · '));
    }
    if (done?.entry.contact_id) openOnDesk(done.entry.contact_id);
    onChanged();
  };
  const skip = async (reason: SkipReason) => {
    setRefusal('');
    await skipping.run(entry, reason);
    onChanged();
  };
  return (
    <>
      <div className={styles.buttons}>
        <Button
          type="primary"
          icon={<Icon name="voice" size={16} />}
          disabled={isStale}
          loading={dialling.isBusy}
          onClick={() => void dial()}
        >
          {t('dial.call')}
        </Button>
        <Dropdown
          trigger={['click']}
          disabled={isStale}
          menu={{
            items: reasons.map((key) => ({ key, label: t(`campaigns.skip.${key}`) })),
            onClick: ({ key }) => void skip(key as SkipReason),
          }}
        >
          <Button loading={skipping.isBusy}>{t('campaigns.skip.title')}</Button>
        </Dropdown>
      </div>
      {refusal && (
        <p className={styles.refusal} role="alert">
          {refusal}
        </p>
      )}
    </>
  );
}

function Card({ entry, onChanged }: CardProps) {
  const { t, i18n } = useTranslation();
  const isPreviewed = entry.state === 'previewed';
  return (
    <div className={styles.card} data-entry={entry.entry_id} data-state={entry.state}>
      <p>
        <strong>{entry.name || t('customer.unnamed')}</strong> {entry.number}
      </p>
      <p className={pane.none}>
        {t('campaigns.attempt', {
          number: count(entry.attempts + 1, i18n.language),
          most: count(entry.attempts_max, i18n.language),
        })}
      </p>
      {entry.note && <p>{entry.note}</p>}
      <Script entry={entry} />
      {isPreviewed && <History entry={entry} />}
      {isPreviewed && <Buttons entry={entry} onChanged={onChanged} />}
    </div>
  );
}

function Next({ campaign, onChanged }: { campaign: CampaignToDo; onChanged: () => void }) {
  const { t, i18n } = useTranslation();
  const isStale = useIsStale();
  const [said, say] = useState('');
  const { run, isBusy } = useCommand(askNext, say);
  const ask = async () => {
    say('');
    const found = await run(campaign.campaign_id);
    if (found && !found.entry) {
      const at = found.next_due_at_ms;
      say(at ? t('campaigns.nextAt', { at: dateTime(at, i18n.language) }) : t('campaigns.nothingNow'));
    }
    onChanged();
  };
  return (
    <div data-to-do={campaign.campaign_id}>
      <Button disabled={isStale} loading={isBusy} onClick={() => void ask()}>
        {t('campaigns.next', { name: campaign.name, count: campaign.waiting })}
      </Button>
      {said && <p role="status">{said}</p>}
    </div>
  );
}

/** Beside the conversation. Of a call it shows the script, while nothing is called what to call next. */
function Work({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const held = useHeld();
  const asked = useQuery({
    queryKey: ['campaign-work', held.contactIds],
    queryFn: readCampaignWork,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) =>
      state.data?.entries.some((one) => one.state === 'calling') ? CALLING_MS : QUIET_MS,
  });
  const entries = asked.data?.entries ?? [];
  const campaigns = asked.data?.campaigns ?? [];
  const shown = entries.filter((one) => one.state === 'previewed' || one.contact_id === contactId);
  const changed = () => void queries.invalidateQueries({ queryKey: ['campaign-work'] });
  if (!shown.length && (entries.length > 0 || !campaigns.length)) return null;
  return (
    <section className={pane.part} aria-label={t('campaigns.work')}>
      <h2 className={pane.title}>{shown[0]?.campaign_name ?? t('campaigns.work')}</h2>
      {shown.map((entry) => (
        <Card key={entry.entry_id} entry={entry} onChanged={changed} />
      ))}
      {!shown.length &&
        campaigns.map((one) => <Next key={one.campaign_id} campaign={one} onChanged={changed} />)}
    </section>
  );
}

export function CampaignWork({ contactId }: { contactId: string }) {
  return usePlacesCalls() ? <Work contactId={contactId} /> : null;
}
