import { Alert, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { importPeople, type PeopleImported } from '../api/adminCalls';
import { toast } from '../ui/toasts';
import { saveCsv } from '../ui/save';
import { useCommand } from '../ui/useCommand';
import styles from './NewUserDialog.module.css';

const askImport = (_key: string, csv: string, isTrial: boolean) => importPeople(csv, isTrial);

/** What the table would do, or everything that is wrong with it. */
function Told({ told }: { told: PeopleImported }) {
  const { t } = useTranslation();
  if (told.problems.length > 0)
    return (
      <Alert
        type="error"
        showIcon
        title={t('users.import.problems', { count: told.problems.length })}
        description={
          <ul className={styles.changes}>
            {told.problems.map((one) => (
              <li key={`${one.line} ${one.column} ${one.message}`}>
                {t('config.line', { line: one.line })} {one.column} {one.message}
              </li>
            ))}
          </ul>
        }
      />
    );
  const people = (names: string[]) => names.join(t('list.separator')) || t('board.none');
  return (
    <Alert
      type="info"
      showIcon
      title={t('users.import.would')}
      description={
        <ul className={styles.changes}>
          <li>{t('users.import.added', { people: people(told.added) })}</li>
          <li>{t('users.import.changed', { people: people(told.changed) })}</li>
          <li>{t('users.import.unchanged', { count: told.unchanged })}</li>
        </ul>
      }
    />
  );
}

/** A table is tried first; then all of it is stored, or with any problem none. */
export function ImportDialog({ onClose, onStored }: { onClose: () => void; onStored: () => void }) {
  const { t } = useTranslation();
  const [csv, setCsv] = useState('');
  const [told, setTold] = useState<PeopleImported | null>(null);
  const { run, isBusy } = useCommand(askImport);
  const write = (text: string) => {
    setCsv(text);
    setTold(null);
  };
  const ask = async (isTrial: boolean) => {
    const answer = await run(csv, isTrial);
    if (!answer) return;
    setTold(answer);
    if (!answer.is_stored) return;
    toast(t('users.import.stored'));
    onStored();
    onClose();
  };
  const isTried = told !== null && told.problems.length === 0;
  return (
    <Modal
      open
      width={680}
      title={t('users.import.title')}
      okText={t(isTried ? 'users.import.store' : 'users.import.try')}
      okButtonProps={{ disabled: !csv.trim() }}
      cancelText={t('action.cancel')}
      confirmLoading={isBusy}
      onOk={() => void ask(!isTried)}
      onCancel={onClose}
    >
      <div className={styles.import}>
        <p>{t('users.import.text')}</p>
        <input
          type="file"
          accept=".csv,text/csv"
          aria-label={t('users.import.file')}
          onChange={(event) => void event.target.files?.[0]?.text().then(write)}
        />
        <Input.TextArea
          aria-label={t('users.import.csv')}
          autoSize={{ minRows: 4, maxRows: 10 }}
          value={csv}
          onChange={(event) => write(event.target.value)}
        />
        {told && <Told told={told} />}
      </div>
    </Modal>
  );
}

export function ExportButton({ read }: { read: (key: string) => Promise<{ csv: string }> }) {
  const { t } = useTranslation();
  const { run, isBusy } = useCommand(read);
  const download = async () => {
    const table = await run();
    if (table) saveCsv('people.csv', table.csv);
  };
  return (
    <Button loading={isBusy} onClick={() => void download()}>
      {t('users.export')}
    </Button>
  );
}
