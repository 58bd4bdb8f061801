import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { extendWrapUp, finishWrapUp } from '../api/calls';
import type { AssignmentCard } from '../api/types';
import { useAction } from '../keys/actions';
import { useNow } from '../live/now';
import { useOffers } from '../offer/OfferHost';
import { useKept } from '../persist/keep';
import { useConfiguration, useNames } from '../session/configuration';
import { useKeep } from '../session/session';
import { useIsStale } from '../shell/useIsStale';
import { duration } from '../ui/format';
import { Icon } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';
import { dispositionOptions, withRecent } from './dispositions';
import { forgetContact } from './work';
import styles from './WrapUpForm.module.css';

const NOTES_MAX = 4000;
const SOON_MS = 30_000;
const noRecents: string[] = [];

const askFinish = (key: string, contactId: string, dispositionId: string, notes: string) =>
  finishWrapUp(contactId, dispositionId, notes, key);
const askExtend = (key: string, contactId: string) => extendWrapUp(contactId, key);

function Countdown({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const now = useNow();
  const isStale = useIsStale();
  const { run, isBusy } = useCommand(askExtend);
  const canExtend = !isStale && item.wrap_up_until_ms !== null && item.wrap_up_extensions_left > 0;
  const extend = () => void run(item.contact_id);
  useAction('extend', canExtend ? extend : undefined);
  if (item.wrap_up_until_ms === null) return null;
  const leftMs = item.wrap_up_until_ms - now;
  const isSoon = leftMs <= SOON_MS;
  return (
    <>
      <span className={styles.left} data-soon={isSoon || undefined} data-countdown>
        <Icon name={isSoon ? 'warning' : 'clock'} size={14} />
        {t('wrapUp.left', { time: duration(leftMs) })}
      </span>
      <Button size="small" disabled={!canExtend} loading={isBusy} onClick={extend}>
        {t('wrapUp.extend', { count: item.wrap_up_extensions_left })}
      </Button>
    </>
  );
}

/** What was typed for the customer and not sent before the end is not lost: it can become a note. */
function UnsentText({ contactId, onMove }: { contactId: string; onMove: (text: string) => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useKept(useKeep(), `draft:${contactId}`, '');
  if (!draft.trim()) return null;
  const move = () => {
    onMove(draft.trim());
    setDraft(undefined);
  };
  return (
    <p className={styles.unsent}>
      <span>{t('wrapUp.unsent', { text: draft.trim() })}</span>
      <Button size="small" onClick={move}>
        {t('wrapUp.toNotes')}
      </Button>
    </p>
  );
}

/** What this disposition makes of the notes. */
function LeadHint({ disposition }: { disposition: string | null }) {
  const { t } = useTranslation();
  const { data } = useConfiguration();
  const found = data?.dispositions.find((one) => one.disposition_id === disposition);
  return found?.makes_lead ? <p className={styles.unsent}>{t('wrapUp.makesLead')}</p> : null;
}

/** Stands where the composer stood. What is typed is kept at every key, here and in the other tabs. */
export function WrapUpForm({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const contactId = item.contact_id;
  const keep = useKeep();
  const names = useNames();
  const isStale = useIsStale();
  const isRinging = useOffers().length > 0;
  const [notes, setNotes] = useKept(keep, `notes:${contactId}`, '');
  const [disposition, setDisposition] = useKept<string | null>(keep, `disposition:${contactId}`, null);
  const [recents, setRecents] = useKept(keep, 'recentDispositions', noRecents);
  const [isMissing, setMissing] = useState(false);
  const { run, isBusy } = useCommand(askFinish);

  const finish = async () => {
    if (!disposition) {
      setMissing(true);
      return;
    }
    if (isStale || isBusy) return;
    // Before the answer: a log-out that follows it must find nothing written after its clearing.
    setRecents(withRecent(recents, disposition));
    if (await run(contactId, disposition, notes.trim())) forgetContact(keep, contactId);
  };
  useAction('finish', () => void finish());
  const ids = names.queueConfig(item.queue_id)?.disposition_ids ?? [];

  return (
    <section className={styles.form} aria-label={t('wrapUp.title')}>
      <header className={styles.head}>
        <h3>{t(item.is_ended_by_customer ? 'wrapUp.endedByCustomer' : 'wrapUp.title')}</h3>
        <Countdown item={item} />
      </header>
      <Select
        className={styles.select}
        autoFocus
        showSearch={{ optionFilterProp: 'label' }}
        status={isMissing && !disposition ? 'error' : ''}
        value={disposition}
        onChange={(value: string) => setDisposition(value)}
        options={dispositionOptions(ids, recents, names.disposition, t)}
        placeholder={t('wrapUp.disposition')}
        aria-label={t('wrapUp.disposition')}
        notFoundContent={t('wrapUp.noDisposition')}
      />
      {isMissing && !disposition && (
        <p className={styles.missing} role="alert">
          {t('wrapUp.dispositionMissing')}
        </p>
      )}
      <LeadHint disposition={disposition} />
      <UnsentText
        contactId={contactId}
        onMove={(text) => setNotes([notes, text].filter(Boolean).join('\n').slice(0, NOTES_MAX))}
      />
      <Input.TextArea
        autoSize={{ minRows: 3, maxRows: 7 }}
        maxLength={NOTES_MAX}
        value={notes}
        onChange={(event) => setNotes(event.target.value || undefined)}
        placeholder={t('wrapUp.notes')}
        aria-label={t('wrapUp.notes')}
      />
      <footer className={styles.foot}>
        <span data-stale={isStale || undefined}>{isStale ? t('composer.stale') : t('wrapUp.kept')}</span>
        <Button
          type={isRinging ? 'default' : 'primary'}
          disabled={isStale}
          loading={isBusy}
          onClick={() => void finish()}
        >
          {t('wrapUp.finish')}
          <kbd>Ctrl+Enter</kbd>
        </Button>
      </footer>
    </section>
  );
}
