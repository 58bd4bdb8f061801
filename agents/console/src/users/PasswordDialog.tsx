import { Form, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { resetPassword } from '../api/calls';
import type { UserRow } from '../api/types';
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
  const [form] = Form.useForm<{ password: string }>();
  const { run, isBusy } = useCommand(askReset);
  const submit = async ({ password }: { password: string }) => {
    if (!(await run(user.user_id, password))) return;
    toast(t('users.passwordSet', { name: user.display_name }));
    onClose();
  };
  return (
    <Modal
      open
      title={t('users.passwordTitle', { name: user.display_name })}
      okText={t('users.setPassword')}
      cancelText={t('action.cancel')}
      confirmLoading={isBusy}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ password: newPassword() }}
        onFinish={(fields) => void submit(fields)}
      >
        <PasswordField />
      </Form>
    </Modal>
  );
}
