import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { makeCallBack, type NewCallBack } from '../api/callBacks';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { useLanguageName } from '../ui/useLanguageName';

interface Fields {
  queue: string;
  number: string;
  when?: string;
  note?: string;
  language: 'en' | 'zh';
}

const ask = (key: string, queueId: string, body: NewCallBack) => makeCallBack(queueId, body, key);

interface NewCallBackDialogProps {
  queues: { value: string; label: string }[];
  onClose: () => void;
}

/** A customer is promised a call, now or at a time by the clock of this machine. */
export function NewCallBackDialog({ queues, onClose }: NewCallBackDialogProps) {
  const { t, i18n } = useTranslation();
  const languageName = useLanguageName();
  const making = useCommand(ask);
  const submit = async ({ queue, number, when, note, language }: Fields) => {
    const at_ms = when ? new Date(when).getTime() : null;
    const made = await making.run(queue, { number, at_ms, note: note ?? '', language });
    if (!made) return;
    toast(t('callBacks.made'), 'info');
    onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('callBacks.add')}
      okText={t('callBacks.promise')}
      isBusy={making.isBusy}
      initialValues={{ language: i18n.language === 'zh-CN' ? 'zh' : 'en', queue: queues[0]?.value }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="queue" label={t('callBacks.column.queue')} rules={[{ required: true }]}>
        <Select options={queues} />
      </Form.Item>
      <Form.Item
        name="number"
        label={t('callBacks.column.number')}
        rules={[{ required: true, pattern: /^\+?[0-9 ()./-]{3,32}$/, message: t('callBacks.numberWrong') }]}
      >
        <Input autoFocus inputMode="tel" />
      </Form.Item>
      <Form.Item name="when" label={t('callBacks.when')} extra={t('callBacks.whenHint')}>
        <Input type="datetime-local" />
      </Form.Item>
      <Form.Item name="language" label={t('callBacks.language')}>
        <Select options={['en', 'zh'].map((value) => ({ value, label: languageName(value) }))} />
      </Form.Item>
      <Form.Item name="note" label={t('callBacks.column.note')}>
        <Input.TextArea maxLength={500} rows={2} />
      </Form.Item>
    </FormDialog>
  );
}
