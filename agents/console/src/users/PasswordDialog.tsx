import { useTranslation } from 'react-i18next';
import { resetPassword } from '../api/calls';
import type { UserRow } from '../api/types';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { newPassword } from './password';
import { PasswordField } from './PasswordField';

const askReset = async (_key: string, userId: string, password: string) => {
  await resetPassword(userId, password);
  return true;
};

export function PasswordDialog({ user, onClose }: { user: UserRow; onClose: () => void }) {
  const { t } = useTranslation();
  const { run, isBusy } = useCommand(askReset);
  const submit = async ({ password }: { password: string }) => {
    if (!(await run(user.user_id, password))) return;
    toast(t('users.passwordSet', { name: user.display_name }));
    onClose();
  };
  return (
    <FormDialog
      title={t('users.passwordTitle', { name: user.display_name })}
      okText={t('users.setPassword')}
      isBusy={isBusy}
      initialValues={{ password: newPassword() }}
      onSubmit={submit}
      onClose={onClose}
    >
      <PasswordField />
    </FormDialog>
  );
}
