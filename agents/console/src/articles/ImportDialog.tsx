import { Alert, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { importArticles, type ArticleFile } from '../api/articles';
import { useCommand } from '../ui/useCommand';
import styles from './Articles.module.css';

type Told = Awaited<ReturnType<typeof importArticles>>;

const ask = (_key: string, files: ArticleFile[]) => importArticles(files);

function Outcome({ told }: { told: Told }) {
  const { t } = useTranslation();
  const { added, changed, unchanged } = told;
  return (
    <Alert
      type={told.faults_count ? 'warning' : 'info'}
      showIcon
      title={t('articles.import.done', { added, changed, unchanged })}
      description={
        told.faults_count > 0 && (
          <ul className={styles.faults} tabIndex={0} aria-label={t('articles.import.faults')}>
            {told.faults.map((one) => (
              <li key={`${one.file} ${one.line} ${one.fault}`}>{`${one.file}:${one.line}: ${one.fault}`}</li>
            ))}
          </ul>
        )
      }
    />
  );
}

/** Good files and rows are stored, every other one is named. */
export function ImportDialog({ onClose, onStored }: { onClose: () => void; onStored: () => void }) {
  const { t } = useTranslation();
  const [files, setFiles] = useState<File[]>([]);
  const [told, setTold] = useState<Told | null>(null);
  const { run, isBusy } = useCommand(ask);
  const submit = async () => {
    const read = await Promise.all(files.map(async (file) => ({ name: file.name, text: await file.text() })));
    const answer = await run(read);
    if (!answer) return;
    setTold(answer);
    onStored();
  };
  return (
    <Modal
      open
      width={640}
      title={t('articles.import.title')}
      okText={t('articles.import.start')}
      okButtonProps={{ disabled: !files.length }}
      cancelText={t('action.close')}
      confirmLoading={isBusy}
      onOk={() => void submit()}
      onCancel={onClose}
    >
      <p>{t('articles.import.text')}</p>
      <input
        type="file"
        multiple
        accept=".md,.csv"
        aria-label={t('articles.import.files')}
        onChange={(event) => {
          setFiles([...(event.target.files ?? [])]);
          setTold(null);
        }}
      />
      {told && <Outcome told={told} />}
    </Modal>
  );
}
