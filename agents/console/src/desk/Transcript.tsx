import { Button } from 'antd';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatMessage } from '../api/types';
import { useNow } from '../live/now';
import { useLive } from '../live/store';
import { useKept } from '../persist/keep';
import { useKeep } from '../session/session';
import { clockTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import { Lines } from './Lines';
import { discard, outboxName, retry, settle, unsent, type OutboxEntry } from './outbox';
import styles from './Transcript.module.css';
import { useScrollPlace } from './useScrollPlace';
import { useTranscript } from './work';

const noEntries: OutboxEntry[] = [];

function OwnLine({ entry, contactId }: { entry: OutboxEntry; contactId: string }) {
  const { t, i18n } = useTranslation();
  const keep = useKeep();
  const isFailed = entry.state === 'failed';
  return (
    <div className={styles.said} data-author="agent" data-outbox={entry.state}>
      <p className={styles.bubble}>{entry.text}</p>
      <p className={styles.meta} role={isFailed ? 'alert' : undefined}>
        {isFailed ? (
          <>
            <Icon name="warning" size={14} />
            <span className={styles.failed}>{t('message.failed')}</span>
            <Button type="link" size="small" onClick={() => retry(keep, contactId, entry)}>
              {t('message.retry')}
            </Button>
            <Button type="link" size="small" onClick={() => discard(keep, contactId, entry.key)}>
              {t('message.discard')}
            </Button>
          </>
        ) : (
          <>
            <Icon name="clock" size={12} />
            {t('message.sending', { time: clockTime(entry.at_ms, i18n.language) })}
          </>
        )}
      </p>
    </div>
  );
}

function Typing({ contactId, name }: { contactId: string; name: string }) {
  const { t } = useTranslation();
  const untilMs = useLive((state) => state.typingUntilMs[contactId] ?? 0);
  const offsetMs = useLive((state) => state.clockOffsetMs);
  const isTyping = untilMs + offsetMs > useNow();
  return (
    <div className={styles.typing} data-shown={isTyping || undefined} data-typing={isTyping || undefined}>
      {isTyping && (
        <>
          <span className={styles.dots} aria-hidden>
            <i />
            <i />
            <i />
          </span>
          {t('conversation.typing', { name })}
        </>
      )}
    </div>
  );
}

/** What is read out: the newest line of the customer, politely. */
function Announcer({ messages }: { messages: ChatMessage[] }) {
  const newest = messages.findLast((message) => message.author === 'customer');
  return (
    <div className="visually-hidden" aria-live="polite">
      {newest && `${newest.author_name}: ${newest.text}`}
    </div>
  );
}

interface TranscriptProps {
  contactId: string;
  customerName: string;
  isLive: boolean;
}

export function Transcript({ contactId, customerName, isLive }: TranscriptProps) {
  const { t } = useTranslation();
  const keep = useKeep();
  const messages = useTranscript(contactId);
  const [entries] = useKept(keep, outboxName(contactId), noEntries);
  const waiting = useMemo(() => unsent(entries, messages), [entries, messages]);
  useEffect(() => settle(keep, contactId, messages), [keep, contactId, entries, messages]);
  const { box, onScroll, isAtEnd, toEnd } = useScrollPlace(contactId, messages.length + waiting.length);
  return (
    <div className={styles.frame}>
      <div
        className={styles.box}
        ref={box}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={t('conversation.transcript')}
        data-transcript
      >
        <div className={styles.lines}>
          {!messages.length && <p className={styles.note}>{t('conversation.noMessages')}</p>}
          <Lines messages={messages} />
          {waiting.map((entry) => (
            <OwnLine key={entry.key} entry={entry} contactId={contactId} />
          ))}
        </div>
      </div>
      {isLive && <Typing contactId={contactId} name={customerName} />}
      <Announcer messages={messages} />
      {!isAtEnd && (
        <Button className={styles.toEnd} size="small" icon={<Icon name="down" size={14} />} onClick={toEnd}>
          {t('conversation.toEnd')}
        </Button>
      )}
    </div>
  );
}
