/** Numbers nobody calls, taken in from a file: what was taken, and every row that was not. */
import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { suppressList, type ListFault } from '../api/campaigns';
import page from '../ui/Page.module.css';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import styles from './Campaigns.module.css';
import { Faults } from './Faults';

const ask = (_key: string, text: string) => suppressList(text);

export function SuppressFile() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const taking = useCommand(ask);
  const [faults, setFaults] = useState<ListFault[]>([]);
  const take = async (file: File) => {
    const taken = await taking.run(await file.text());
    if (!taken) return;
    setFaults(taken.faults);
    toast(t('campaigns.listTaken', { taken: taken.taken, faults: taken.faults.length }), 'info');
    void queries.invalidateQueries({ queryKey: ['suppressions'] });
  };
  return (
    <div className={styles.file}>
      <input
        ref={input}
        type="file"
        accept=".csv"
        hidden
        aria-label={t('campaigns.suppressFileName')}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) void take(file);
          target.value = '';
        }}
      />
      <p className={page.muted}>{t('campaigns.suppressFileHint')}</p>
      <Button loading={taking.isBusy} onClick={() => input.current?.click()}>
        {t('campaigns.suppressFile')}
      </Button>
      <Faults faults={faults} />
    </div>
  );
}
