import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { newPassword, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from './password';

/** Shown in clear, because it is handed over: the administrator reads it to the person once. */
export function PasswordField() {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  return (
    <Form.Item label={t('users.password')} htmlFor="new-password" required extra={t('users.passwordHint')}>
      <div style={{ display: 'flex', gap: 8 }}>
        <Form.Item
          name="password"
          noStyle
          rules={[
            {
              required: true,
              min: PASSWORD_LENGTH_MIN,
              max: PASSWORD_LENGTH_MAX,
              message: t('errors.password_refused'),
            },
          ]}
        >
          <Input id="new-password" autoComplete="off" spellCheck={false} />
        </Form.Item>
        <Button onClick={() => form.setFieldValue('password', newPassword())}>{t('users.generate')}</Button>
      </div>
    </Form.Item>
  );
}
