/** A step of a lead and what it needs: words, and when it comes back. */
import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { moveLead, type LeadRow, type LeadView, type MoveLead } from '../api/leads';
import { useUser } from '../session/session';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';

type Step = MoveLead['step'];

type Owner = LeadView['owners'][number];

interface Fields {
  owner_id?: string;
  text?: string;
  when?: string;
}

const TEXT_MAX = 4000;
const withText: Step[] = ['lose', 'note'];
const withReminder: Step[] = ['contacted', 'qualify', 'remind'];

const ask = (key: string, id: string, body: MoveLead) => moveLead(id, body, key);

interface LeadStepDialogProps {
  lead: LeadRow;
  step: Step;
  /** Who may be named as its owner; none where it is taken for oneself alone. */
  owners: Owner[];
  onDone: () => void;
}

function OwnerField({ owners }: { owners: Owner[] }) {
  const { t } = useTranslation();
  const { role } = useUser();
  const myself = role === 'agent' ? [{ value: '', label: t('leads.field.myself') }] : [];
  const others = owners.map(({ user_id, name }) => ({ value: user_id, label: name }));
  return (
    <Form.Item name="owner_id" label={t('leads.column.owner')} rules={[{ required: role !== 'agent' }]}>
      <Select options={[...myself, ...others]} autoFocus />
    </Form.Item>
  );
}

export function LeadStepDialog({ lead, step, owners, onDone }: LeadStepDialogProps) {
  const { t } = useTranslation();
  const { role } = useUser();
  const moving = useCommand(ask);
  const name = t(`leads.step.${step}`);
  const needsText = withText.includes(step);
  const submit = async ({ owner_id, text, when }: Fields) => {
    const remind_at_ms = when ? new Date(when).getTime() : null;
    const body: MoveLead = {
      step,
      based_on: lead.version,
      text: text ?? '',
      owner_id: owner_id ?? '',
      remind_at_ms,
    };
    if (!(await moving.run(lead.lead_id, body))) return;
    toast(t('leads.done', { step: name }), 'info');
    onDone();
  };
  return (
    <FormDialog<Fields>
      title={name}
      okText={name}
      isBusy={moving.isBusy}
      initialValues={role === 'agent' ? { owner_id: '' } : {}}
      onSubmit={submit}
      onClose={onDone}
    >
      {step === 'take' && owners.length > 0 && <OwnerField owners={owners} />}
      {withReminder.includes(step) && (
        <Form.Item
          name="when"
          label={t('leads.field.when')}
          extra={t('leads.field.whenHint')}
          rules={[{ required: step === 'remind' }]}
        >
          <Input type="datetime-local" autoFocus />
        </Form.Item>
      )}
      <Form.Item
        name="text"
        label={t(step === 'lose' ? 'leads.field.why' : 'leads.field.text')}
        rules={[{ required: needsText, whitespace: true }]}
      >
        <Input.TextArea rows={3} maxLength={TEXT_MAX} autoFocus={!withReminder.includes(step)} />
      </Form.Item>
    </FormDialog>
  );
}
