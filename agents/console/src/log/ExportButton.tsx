import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { exportLog, type LogFilter } from '../api/history';
import { count } from '../ui/format';
import { toast } from '../ui/toasts';
import { useErrorText } from '../ui/useErrorText';

function save(name: string, csv: string): void {
  // The mark at the front tells a spreadsheet that this is UTF-8.
  const url = URL.createObjectURL(new Blob(['\ufeff', csv], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}

export function ExportButton({ question }: { question: LogFilter }) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const answer = await exportLog(question);
      save(`contacts-${answer.as_of_seq}.csv`, answer.csv);
      const rows = count(answer.rows, i18n.language);
      toast(t(answer.is_whole ? 'log.exported' : 'log.exportedPart', { rows }));
    } catch (error) {
      toast(errorText(error), 'error');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button loading={isBusy} onClick={() => void run()}>
      {t('log.export')}
    </Button>
  );
}
