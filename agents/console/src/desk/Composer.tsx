import { Button } from 'antd';
import { useCallback, useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { AssignmentCard } from '../api/types';
import { CannedInput, type TextAreaRef } from '../canned/CannedInput';
import { useAction } from '../keys/actions';
import { sayTyping } from '../live/store';
import { useOffers } from '../offer/OfferHost';
import { useKept } from '../persist/keep';
import { useKeep } from '../session/session';
import { useIsStale } from '../shell/useIsStale';
import { count } from '../ui/format';
import { Icon } from '../ui/Icon';
import styles from './Composer.module.css';
import { send } from './outbox';
import { useTranscript } from './work';

export const TEXT_MAX = 4000;
const COUNT_SHOWN_FROM = 3600;
const TYPING_EVERY_MS = 2_000;

export function useSayTyping(contactId: string): () => void {
  const last = useRef(0);
  return useCallback(() => {
    if (Date.now() - last.current < TYPING_EVERY_MS) return;
    last.current = Date.now();
    sayTyping(contactId);
  }, [contactId]);
}

/** The text is kept at every key, so there is no moment at which it could be lost. */
export function Composer({ item }: { item: AssignmentCard }) {
  const { t, i18n } = useTranslation();
  const contactId = item.contact_id;
  const keep = useKeep();
  const isStale = useIsStale();
  const isRinging = useOffers().length > 0;
  const input = useRef<TextAreaRef>(null);
  const [draft, setDraft] = useKept(keep, `draft:${contactId}`, '');
  const newest = useTranscript(contactId).at(-1)?.seq ?? 0;
  const say = useSayTyping(contactId);
  const isTooLong = draft.length > TEXT_MAX;
  const canSend = !isStale && !isTooLong && draft.trim() !== '';
  useEffect(() => input.current?.focus({ preventScroll: true }), []);
  useAction('write', () => input.current?.focus());

  const submit = () => {
    if (!canSend) return;
    send(keep, contactId, draft.trim(), newest);
    keep.set(`scroll:${contactId}`, undefined);
    setDraft(undefined);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends an input method's word is not "send".
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };

  return (
    <div className={styles.composer}>
      <CannedInput
        item={item}
        input={input}
        variant="borderless"
        autoSize={{ minRows: 2, maxRows: 8 }}
        value={draft}
        placeholder={t('composer.placeholder', { name: item.customer_name })}
        aria-label={t('composer.label', { name: item.customer_name })}
        aria-describedby={`composer-note-${contactId}`}
        aria-invalid={isTooLong}
        onText={(text) => {
          setDraft(text || undefined);
          if (text) say();
        }}
        onKeyDown={onKeyDown}
      />
      <div className={styles.foot}>
        <span id={`composer-note-${contactId}`} data-tone={isStale || isTooLong ? 'warning' : undefined}>
          {isStale ? t('composer.stale') : t('composer.keys')}
        </span>
        {draft.length >= COUNT_SHOWN_FROM && (
          <span data-tone={isTooLong ? 'warning' : undefined}>
            {t('composer.length', {
              length: count(draft.length, i18n.language),
              max: count(TEXT_MAX, i18n.language),
            })}
          </span>
        )}
        <Button
          type={isRinging ? 'default' : 'primary'}
          icon={<Icon name="send" />}
          disabled={!canSend}
          onClick={submit}
        >
          {t('composer.send')}
        </Button>
      </div>
    </div>
  );
}
