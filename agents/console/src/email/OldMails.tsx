import { useQuery } from '@tanstack/react-query';
import { readMails } from '../api/calls';
import { Failed, Loading } from '../ui/Panel';
import styles from './Email.module.css';
import { WriterNotice } from './EmailPanel';
import { MailItem } from './MailItem';

/** A contact's mails for whoever only reads them: who has it stands above, so that nobody answers twice. */
export function OldMails({ contactId }: { contactId: string }) {
  const load = useQuery({
    queryKey: ['mails', contactId, 'read-only'],
    queryFn: () => readMails(contactId),
    staleTime: 0,
  });
  if (load.isPending) return <Loading rows={6} />;
  if (load.isError) return <Failed error={load.error} onRetry={() => void load.refetch()} />;
  return (
    <div className={styles.thread}>
      <WriterNotice thread={load.data} />
      {load.data.mails.map((mail) => (
        <MailItem key={mail.mail_id} mail={mail} isNewest={false} />
      ))}
    </div>
  );
}
