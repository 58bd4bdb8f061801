/** A mail contact in the middle pane: the thread, who else is at it, and the composer of whoever has it. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { readMails } from '../api/calls';
import type { AssignmentCard, MailThread } from '../api/types';
import { useSiteZone } from '../session/configuration';
import { transcriptQuery, useMarkRead } from '../desk/work';
import { dateTime } from '../ui/format';
import { Icon } from '../ui/Icon';
import { Failed, Loading } from '../ui/Panel';
import styles from './Email.module.css';
import { MailComposer } from './MailComposer';
import { MailItem } from './MailItem';

/** Asked for again whenever the card says that a mail was added or got further. */
export const mailsQuery = (contactId: string, revision: number) => ({
  queryKey: ['mails', contactId, revision],
  queryFn: () => readMails(contactId),
  placeholderData: keepPreviousData,
});

export function MailList({ thread }: { thread: MailThread }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const count = thread.mails.length;
  useEffect(() => {
    const last = box.current?.querySelector<HTMLElement>('article:last-of-type');
    if (box.current && last) box.current.scrollTop = last.offsetTop;
  }, [count, thread.contact_id]);
  return (
    <div className={styles.box} ref={box} tabIndex={0} role="region" aria-label={t('mail.thread')}>
      <div className={styles.thread}>
        <h3 className={styles.subject}>{thread.subject || t('mail.noSubject')}</h3>
        {thread.former_contact_id && <p className={styles.earlier}>{t('mail.goesOn')}</p>}
        {thread.mails.map((mail, number) => (
          <MailItem key={mail.mail_id} mail={mail} isNewest={number === count - 1} />
        ))}
      </div>
    </div>
  );
}

/** Somebody who may only read learns who answers. */
export function WriterNotice({ thread }: { thread: MailThread }) {
  const { t } = useTranslation();
  if (!thread.holder_name) return null;
  return (
    <p className={styles.notice} role="status">
      <Icon name="person" size={14} />
      {t(thread.is_holder_writing ? 'mail.writing' : 'mail.heldBy', { name: thread.holder_name })}
    </p>
  );
}

export function EmailPanel({ item }: { item: AssignmentCard }) {
  const { t, i18n } = useTranslation();
  const contactId = item.contact_id;
  const zone = useSiteZone();
  const load = useQuery(mailsQuery(contactId, item.email?.revision ?? 0));
  useQuery(transcriptQuery(contactId));
  useMarkRead(contactId);
  if (load.isPending) return <Loading rows={8} />;
  if (load.isError) return <Failed error={load.error} onRetry={() => void load.refetch()} />;
  const thread = load.data;
  return (
    <>
      {item.state === 'parked' && item.email?.parked_until_ms && (
        <p className={styles.notice} role="status" data-parked-until>
          <Icon name="clock" size={14} />
          {t('mail.backAt', { when: dateTime(item.email.parked_until_ms, i18n.language, zone) })}
        </p>
      )}
      <MailList thread={thread} />
      {item.state === 'connected' && thread.reply && (
        <MailComposer key={contactId} item={item} thread={thread} reply={thread.reply} />
      )}
    </>
  );
}
