import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { makeLead, type MakeLead } from '../api/leads';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';

const INTEREST_MAX = 2000;

const ask = (key: string, contactId: string, body: MakeLead) => makeLead(contactId, body, key);

interface Fields {
  interest: string;
  number?: string;
}

interface MakeLeadDialogProps {
  contactId: string;
  onClose: () => void;
}

/** What the customer would buy comes to the agents who sell it. */
export function MakeLeadDialog({ contactId, onClose }: MakeLeadDialogProps) {
  const { t } = useTranslation();
  const making = useCommand(ask);
  const submit = async ({ interest, number }: Fields) => {
    const made = await making.run(contactId, { interest, number: number ?? '', customer_name: '' });
    if (!made) return;
    toast(t('leads.made', { no: made.lead.lead_no }), 'info');
    onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('leads.make')}
      okText={t('leads.make')}
      isBusy={making.isBusy}
      initialValues={{}}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item
        name="interest"
        label={t('leads.field.interest')}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input.TextArea rows={3} maxLength={INTEREST_MAX} autoFocus />
      </Form.Item>
      <Form.Item
        name="number"
        label={t('leads.field.number')}
        extra={t('leads.field.numberHint')}
        rules={[{ pattern: /^\+?[0-9 ()./-]{3,32}$/, message: t('callBacks.numberWrong') }]}
      >
        <Input inputMode="tel" />
      </Form.Item>
    </FormDialog>
  );
}
