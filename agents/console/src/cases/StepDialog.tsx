/** A step of a case and what it needs: a department, an owner, a category, a root cause, words. */
import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { moveCase, type CaseStep, type CaseView } from '../api/cases';
import { useUser } from '../session/session';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { useDepartments } from './words';

type Step = CaseStep['step'];
type Fields = Partial<Pick<CaseStep, 'text' | 'department_id' | 'owner_id' | 'category' | 'root_cause'>>;
type Field = keyof Fields;

const TEXT_MAX = 8000;

/** What is asked with each step; a text is always possible. */
const asked: Partial<Record<Step, Field[]>> = {
  classify: ['category', 'root_cause'],
  assign: ['department_id', 'owner_id'],
  hand_over: ['department_id', 'owner_id'],
  take: ['owner_id'],
  propose: ['root_cause'],
};
const withText: Step[] = ['return', 'propose', 'not_accepted', 'answer', 'withdraw', 'note'];
const categories = ['product', 'service', 'sales'] as const;
const rootCauses = ['service', 'customer', 'product'] as const;

const ask = (key: string, id: string, body: CaseStep) => moveCase(id, body, key);

function DepartmentField({ view, isOther }: { view: CaseView; isOther: boolean }) {
  const { t } = useTranslation();
  const { rows, name } = useDepartments();
  const options = rows
    .filter((row) => !isOther || row.department_id !== view.case.department_id)
    .map((row) => ({ value: row.department_id, label: name(row.department_id) }));
  return (
    <Form.Item name="department_id" label={t('cases.field.department')} rules={[{ required: true }]}>
      <Select options={options} autoFocus />
    </Form.Item>
  );
}

function OwnerField({ view, step }: { view: CaseView; step: Step }) {
  const { t } = useTranslation();
  const { rows } = useDepartments();
  const user = useUser();
  const chosen = Form.useWatch<string | undefined>('department_id');
  const id = step === 'take' ? view.case.department_id : chosen;
  const members = rows.find((row) => row.department_id === id)?.members ?? [];
  const nobody = t(step === 'take' ? 'cases.field.myself' : 'cases.field.anybody');
  const options = members
    .filter((member) => step !== 'take' || member.user_id !== user.user_id)
    .map((member) => ({ value: member.user_id, label: member.name }));
  return (
    <Form.Item name="owner_id" label={t('cases.field.owner')}>
      <Select options={[{ value: '', label: nobody }, ...options]} />
    </Form.Item>
  );
}

interface StepDialogProps {
  view: CaseView;
  step: Step;
  onDone: (view: CaseView) => void;
  onClose: () => void;
}

export function StepDialog({ view, step, onDone, onClose }: StepDialogProps) {
  const { t } = useTranslation();
  const moving = useCommand(ask);
  const fields = asked[step] ?? [];
  const needsText = withText.includes(step);
  const submit = async (given: Fields) => {
    const body: CaseStep = { step, based_on: view.case.version, text: '', ...given };
    const moved = await moving.run(view.case.case_id, body);
    if (!moved) return;
    toast(t('cases.done', { step: t(`cases.step.${step}`) }), 'info');
    onDone(moved);
  };
  const { category, root_cause } = view.case;
  return (
    <FormDialog<Fields>
      title={t(`cases.step.${step}`)}
      okText={t(`cases.step.${step}`)}
      isBusy={moving.isBusy}
      initialValues={{
        owner_id: '',
        ...(category && { category: category as Fields['category'] }),
        ...(root_cause && { root_cause: root_cause as Fields['root_cause'] }),
      }}
      onSubmit={submit}
      onClose={onClose}
    >
      {fields.includes('department_id') && <DepartmentField view={view} isOther={step === 'hand_over'} />}
      {fields.includes('owner_id') && <OwnerField view={view} step={step} />}
      {fields.includes('category') && (
        <Form.Item name="category" label={t('cases.field.category')} rules={[{ required: true }]}>
          <Select options={categories.map((value) => ({ value, label: t(`cases.category.${value}`) }))} />
        </Form.Item>
      )}
      {fields.includes('root_cause') && (
        <Form.Item
          name="root_cause"
          label={t('cases.field.rootCause')}
          rules={[{ required: step === 'propose' }]}
        >
          <Select options={rootCauses.map((value) => ({ value, label: t(`cases.rootCause.${value}`) }))} />
        </Form.Item>
      )}
      <Form.Item
        name="text"
        label={needsText ? t(`cases.text.${step}`) : t('cases.field.text')}
        rules={[{ required: needsText, whitespace: true }]}
      >
        <Input.TextArea rows={3} maxLength={TEXT_MAX} autoFocus={!fields.length} />
      </Form.Item>
    </FormDialog>
  );
}
