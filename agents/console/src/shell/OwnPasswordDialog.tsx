import { Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeOwnPassword } from '../api/calls';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../users/password';

interface Fields {
  old: string;
  wanted: string;
  again: string;
}

const askChange = async (_key: string, old: string, wanted: string) => {
  await changeOwnPassword(old, wanted);
  return true;
};

/** Work goes on meanwhile and afterwards: only sessions elsewhere end. */
export function OwnPasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [refusal, refuse] = useState('');
  const { run, isBusy } = useCommand(askChange, refuse);
  const submit = async ({ old, wanted }: Fields) => {
    refuse('');
    if (!(await run(old, wanted))) return;
    toast(t('profile.passwordChanged'));
    onClose();
  };
  return (
    <FormDialog<Fields>
      title={t('profile.changePassword')}
      okText={t('profile.changePassword')}
      isBusy={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item
        name="old"
        validateStatus={refusal ? 'error' : undefined}
        help={refusal || undefined}
        label={t('profile.oldPassword')}
        rules={[{ required: true, message: t('login.passwordMissing') }]}
      >
        <Input.Password autoFocus autoComplete="current-password" maxLength={PASSWORD_LENGTH_MAX} />
      </Form.Item>
      <Form.Item
        name="wanted"
        label={t('profile.newPassword')}
        rules={[
          {
            required: true,
            min: PASSWORD_LENGTH_MIN,
            max: PASSWORD_LENGTH_MAX,
            message: t('errors.password_refused'),
          },
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={PASSWORD_LENGTH_MAX} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('profile.newPasswordAgain')}
        dependencies={['wanted']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, again: string | undefined) =>
              again === getFieldValue('wanted')
                ? Promise.resolve()
                : Promise.reject(new Error(t('profile.passwordsDiffer'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={PASSWORD_LENGTH_MAX} />
      </Form.Item>
      {/* Enter sends a form of several fields only if there is a button for it in the form. */}
      <button type="submit" hidden />
    </FormDialog>
  );
}
