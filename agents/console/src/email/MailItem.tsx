import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddressView, MailView } from '../api/types';
import { NumbersIn } from '../dial/DialNumber';
import { dateTime } from '../ui/format';
import { Icon, type IconName } from '../ui/Icon';
import { StateTag, type Tone } from '../ui/StateTag';
import styles from './Email.module.css';

const looks: Record<string, { tone: Tone; icon: IconName }> = {
  queued: { tone: 'idle', icon: 'clock' },
  sending: { tone: 'offered', icon: 'send' },
  deferred: { tone: 'warning', icon: 'retry' },
  sent: { tone: 'ready', icon: 'ready' },
  failed: { tone: 'breach', icon: 'breach' },
  bounced: { tone: 'breach', icon: 'breach' },
};

const named = (one: AddressView): string => (one.name ? `${one.name} <${one.address}>` : one.address);
const isOut = (mail: MailView): boolean => ['reply', 'forward', 'acknowledgement'].includes(mail.kind);
const base = (mail: MailView): string => `/api/v1/contacts/${encodeURIComponent(mail.contact_id)}`;

/** Tall enough for what is in it, as far as that can be told from outside: nothing inside can run and say so. */
const heightOf = (mail: MailView): number => Math.min(520, 120 + mail.text.split('\n').length * 22);

function Delivery({ mail }: { mail: MailView }) {
  const { t } = useTranslation();
  const look = looks[mail.state];
  if (!look) return null;
  return (
    <span data-delivery={mail.state} title={mail.failure || undefined}>
      <StateTag tone={look.tone} icon={look.icon} isPlain>
        {t(`mail.state.${mail.state}`)}
        {mail.failure && ` (${mail.failure})`}
      </StateTag>
    </span>
  );
}

function Html({ mail }: { mail: MailView }) {
  const { t } = useTranslation();
  const [withImages, setWithImages] = useState(false);
  const source = `${base(mail)}/mail-html?mail_id=${encodeURIComponent(mail.mail_id)}&images=${withImages}`;
  return (
    <>
      {mail.has_remote_images && !withImages && (
        <div className={styles.notice}>
          <Icon name="warning" size={14} />
          {t('mail.imagesOff')}
          <Button size="small" onClick={() => setWithImages(true)}>
            {t('mail.showImages')}
          </Button>
        </div>
      )}
      <iframe
        key={source}
        className={styles.frame}
        title={t('mail.asWritten')}
        src={source}
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        style={{ height: heightOf(mail) }}
      />
    </>
  );
}

function Files({ mail }: { mail: MailView }) {
  const { t } = useTranslation();
  if (mail.attachments.length === 0) return null;
  return (
    <ul className={styles.files} aria-label={t('mail.attachments')}>
      {mail.attachments.map((file, number) => (
        <li key={`${file.attachment_id}${number}`}>
          {file.refused ? (
            <span title={t(`mail.refused.${file.refused}`)}>{file.name}</span>
          ) : (
            <a
              href={`${base(mail)}/attachment?attachment_id=${encodeURIComponent(file.attachment_id)}`}
              download
            >
              <Icon name="file" size={14} />
              {file.name} · {t('mail.kib', { size: Math.max(1, Math.round(file.size_bytes / 1024)) })}
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Those the customer wrote, to be called. */
const Numbers = ({ mail }: { mail: MailView }) => (isOut(mail) ? null : <NumbersIn text={mail.text} />);

/** What is to be known before anything in the mail is believed. */
function Notices({ mail }: { mail: MailView }) {
  const { t } = useTranslation();
  const words = [
    mail.unread_because && t('mail.unread', { reason: t(`mail.reason.${mail.unread_because}`) }),
    mail.authentication === 'fail' && t('mail.notAuthentic'),
    mail.is_cut && t('mail.cut'),
  ].filter(Boolean);
  return words.map((word) => (
    <p key={String(word)} className={styles.notice} role="note">
      <Icon name="warning" size={14} />
      {word}
    </p>
  ));
}

export function MailItem({ mail, isNewest }: { mail: MailView; isNewest: boolean }) {
  const { t, i18n } = useTranslation();
  const [asWritten, setAsWritten] = useState(isNewest && mail.has_html);
  return (
    <article
      className={styles.mail}
      data-mail={mail.kind}
      data-out={isOut(mail) || undefined}
      aria-label={t('mail.from', { name: mail.sender.name || mail.sender.address })}
    >
      <header className={styles.top}>
        <strong>{mail.kind === 'bounce' ? t('mail.kind.bounce') : named(mail.sender)}</strong>
        {['automatic', 'forward', 'acknowledgement'].includes(mail.kind) && (
          <span className={styles.people}>{t(`mail.kind.${mail.kind}`)}</span>
        )}
        {isOut(mail) && <Delivery mail={mail} />}
        <time dateTime={new Date(mail.at_ms).toISOString()}>{dateTime(mail.at_ms, i18n.language)}</time>
      </header>
      {mail.to.length > 0 && (
        <div className={styles.people}>
          {t('mail.to', { names: mail.to.map(named).join(', ') })}
          {mail.cc.length > 0 && ` · ${t('mail.ccList', { names: mail.cc.map(named).join(', ') })}`}
        </div>
      )}
      <Notices mail={mail} />
      {asWritten ? <Html mail={mail} /> : <p className={styles.text}>{mail.text}</p>}
      {!asWritten && mail.quoted && (
        <details className={styles.quoted}>
          <summary>{t('mail.quoted')}</summary>
          <p>{mail.quoted}</p>
        </details>
      )}
      {mail.has_html && (
        <div className={styles.row}>
          <Button size="small" type="text" onClick={() => setAsWritten(!asWritten)}>
            {t(asWritten ? 'mail.asText' : 'mail.asWritten')}
          </Button>
        </div>
      )}
      <Numbers mail={mail} />
      <Files mail={mail} />
    </article>
  );
}
