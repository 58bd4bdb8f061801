import { Button, Input } from 'antd';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { sendMail } from '../api/calls';
import type { AssignmentCard, MailThread, ReplyDefaults, SendMail } from '../api/types';
import { CannedInput, type TextAreaRef } from '../canned/CannedInput';
import { useSayTyping } from '../desk/Composer';
import { useAction } from '../keys/actions';
import { useKept } from '../persist/keep';
import { useKeep } from '../session/session';
import { useIsStale } from '../shell/useIsStale';
import { Icon } from '../ui/Icon';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { AttachButton, AttachedFiles, useFiles, type Files } from './AttachedFiles';
import { addressesOf, answer, forward, joined, wrongAddresses, type Draft } from './draft';
import styles from './Email.module.css';
import { ParkUntil } from './ParkUntil';

const askSend = (key: string, contactId: string, mail: SendMail) => sendMail(contactId, mail, key);

interface FieldProps {
  label: string;
  value: string;
  isWrong?: boolean;
  onText: (text: string) => void;
}

function Field({ label, value, isWrong = false, onText }: FieldProps) {
  return (
    <label className={styles.field}>
      {label}
      <Input
        size="small"
        variant="borderless"
        value={value}
        status={isWrong ? 'error' : undefined}
        aria-invalid={isWrong}
        onChange={(event) => onText(event.target.value)}
      />
    </label>
  );
}

interface ModesProps {
  contactId: string;
  draft: Draft;
  reply: ReplyDefaults;
  onDraft: (draft: Draft) => void;
}

/** To whom: the words that are there stay. */
function Modes({ contactId, draft, reply, onDraft }: ModesProps) {
  const { t } = useTranslation();
  const { isForward, text } = draft;
  return (
    <div className={styles.modes}>
      <Button size="small" aria-pressed={!isForward} onClick={() => onDraft({ ...answer(reply), text })}>
        {t('mail.reply')}
      </Button>
      {reply.cc.length > 0 && (
        <Button size="small" onClick={() => onDraft({ ...answer(reply), text, cc: joined(reply.cc) })}>
          {t('mail.replyAll')}
        </Button>
      )}
      <Button size="small" aria-pressed={isForward} onClick={() => onDraft(forward(reply, text))}>
        {t('mail.forward')}
      </Button>
      <ParkUntil contactId={contactId} />
    </div>
  );
}

function Fields({ draft, onChange }: { draft: Draft; onChange: (part: Partial<Draft>) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Field
        label={t('mail.field.to')}
        value={draft.to}
        isWrong={wrongAddresses(draft.to).length > 0}
        onText={(to) => onChange({ to })}
      />
      <Field
        label={t('mail.field.cc')}
        value={draft.cc}
        isWrong={wrongAddresses(draft.cc).length > 0}
        onText={(cc) => onChange({ cc })}
      />
      <Field
        label={t('mail.field.subject')}
        value={draft.subject}
        onText={(subject) => onChange({ subject })}
      />
    </>
  );
}

/** A signature alone is nobody's answer. */
const hasWords = (draft: Draft, reply: ReplyDefaults): boolean =>
  draft.text.trim() !== '' && draft.text.trim() !== reply.signature.trim();

interface FootProps {
  noteId: string;
  warning: string | undefined;
  files: Files;
  canSend: boolean;
  isStale: boolean;
  onSend: (isEnd: boolean) => void;
}

function Foot({ noteId, warning, files, canSend, isStale, onSend }: FootProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.foot}>
      <span id={noteId} data-tone={warning ? 'warning' : undefined}>
        {warning || t('mail.keys')}
      </span>
      <AttachButton files={files} isOff={isStale} />
      <Button disabled={!canSend} onClick={() => onSend(true)}>
        {t('mail.sendAndClose')}
      </Button>
      <Button type="primary" icon={<Icon name="send" />} disabled={!canSend} onClick={() => onSend(false)}>
        {t('mail.send')}
      </Button>
    </div>
  );
}

interface MailComposerProps {
  item: AssignmentCard;
  thread: MailThread;
  reply: ReplyDefaults;
}

/** Everything that is typed is kept at every key, per contact, in every tab. */
export function MailComposer({ item, thread, reply }: MailComposerProps) {
  const { t } = useTranslation();
  const contactId = item.contact_id;
  const isStale = useIsStale();
  const input = useRef<TextAreaRef>(null);
  const [kept, keepDraft] = useKept<Draft | null>(useKeep(), `mail:${contactId}`, null);
  const draft = kept ?? answer(reply);
  const send = useCommand(askSend);
  const say = useSayTyping(contactId);
  const files = useFiles(contactId);
  const noteId = `mail-note-${contactId}`;
  const wrong = [...wrongAddresses(draft.to), ...wrongAddresses(draft.cc)];
  const to = addressesOf(draft.to);
  const isReady =
    to.length > 0 &&
    wrong.length === 0 &&
    draft.subject.trim() !== '' &&
    hasWords(draft, reply) &&
    files.coming.length === 0;
  const canSend = isReady && !isStale && !send.isBusy;
  const change = (part: Partial<Draft>) => keepDraft({ ...draft, ...part });
  const newest = thread.mails.findLast((mail) => mail.kind === 'mail') ?? thread.mails.at(-1);
  useAction('write', () => input.current?.focus());
  const isFresh = kept === null;
  useEffect(() => {
    if (!isFresh) return;
    // What is written comes before the signature.
    const box = input.current?.resizableTextArea?.textArea;
    box?.focus({ preventScroll: true });
    box?.setSelectionRange(0, 0);
  }, [isFresh]);

  const submit = async (ends_contact: boolean) => {
    if (!canSend) return;
    const mail: SendMail = {
      to,
      cc: addressesOf(draft.cc),
      subject: draft.subject.trim(),
      text: draft.text.trim(),
      mail_id: newest?.mail_id ?? '',
      is_forward: draft.isForward,
      ends_contact,
      upload_ids: files.kept.map((file) => file.upload_id),
    };
    if (!(await send.run(contactId, mail))) return;
    keepDraft(undefined);
    files.clear();
    toast(t(draft.isForward ? 'mail.forwarded' : 'mail.queued'), 'info');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    void submit(false);
  };

  return (
    <div className={styles.composer} data-mail-composer {...files.taking}>
      <Modes contactId={contactId} draft={draft} reply={reply} onDraft={keepDraft} />
      <Fields draft={draft} onChange={change} />
      <CannedInput
        item={item}
        input={input}
        variant="borderless"
        autoSize={{ minRows: 4, maxRows: 14 }}
        value={draft.text}
        aria-label={t('mail.field.text')}
        aria-describedby={noteId}
        onText={(text) => {
          change({ text });
          say();
        }}
        onKeyDown={onKeyDown}
      />
      <AttachedFiles files={files} />
      <Foot
        noteId={noteId}
        warning={isStale ? t('composer.stale') : wrong[0] && t('mail.wrong', { address: wrong[0] })}
        files={files}
        canSend={canSend}
        isStale={isStale}
        onSend={(isEnd) => void submit(isEnd)}
      />
    </div>
  );
}
