import { Checkbox, Form, Input, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { openCase, type OpenCase } from '../api/cases';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';

interface Fields {
  kind: OpenCase['kind'];
  subject: string;
  description?: string;
  number?: string;
  isMajor: boolean;
}

const SUBJECT_MAX = 200;
const TEXT_MAX = 8000;

const ask = (key: string, contactId: string, body: OpenCase) => openCase(contactId, body, key);

interface OpenCaseDialogProps {
  contactId: string;
  onClose: () => void;
}

/** What the customer wants becomes a case: the contact ends, it stays. */
export function OpenCaseDialog({ contactId, onClose }: OpenCaseDialogProps) {
  const { t } = useTranslation();
  const opening = useCommand(ask);
  const submit = async ({ kind, subject, description, number, isMajor }: Fields) => {
    const opened = await opening.run(contactId, {
      kind,
      subject,
      description: description ?? '',
      is_major: isMajor,
      number: number || null,
    });
    if (!opened) return;
    toast(t('cases.opened', { no: opened.case.case_no }), 'info');
    onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('cases.open')}
      okText={t('cases.open')}
      isBusy={opening.isBusy}
      initialValues={{ kind: 'complaint', isMajor: false }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="kind" label={t('cases.form.kind')}>
        <Segmented
          options={(['complaint', 'inquiry'] as const).map((value) => ({
            value,
            label: t(`cases.kind.${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item
        name="subject"
        label={t('cases.form.subject')}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input maxLength={SUBJECT_MAX} autoFocus />
      </Form.Item>
      <Form.Item name="description" label={t('cases.form.description')}>
        <Input.TextArea rows={4} maxLength={TEXT_MAX} />
      </Form.Item>
      <Form.Item
        name="number"
        label={t('cases.form.number')}
        extra={t('cases.form.numberHint')}
        rules={[{ pattern: /^\+?[0-9 ()./-]{3,32}$/, message: t('callBacks.numberWrong') }]}
      >
        <Input inputMode="tel" />
      </Form.Item>
      <Form.Item name="isMajor" valuePropName="checked">
        <Checkbox>{t('cases.form.major')}</Checkbox>
      </Form.Item>
    </FormDialog>
  );
}
