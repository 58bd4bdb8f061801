import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { exportLog, type LogFilter } from '../api/history';
import { count } from '../ui/format';
import { saveCsv } from '../ui/save';
import { toast } from '../ui/toasts';
import { useErrorText } from '../ui/useErrorText';

export function ExportButton({ question }: { question: LogFilter }) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const answer = await exportLog(question);
      saveCsv(`contacts-${answer.as_of_seq}.csv`, answer.csv);
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
