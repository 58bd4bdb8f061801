import { Button, Form, Input, type InputRef } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { logIn } from '../api/calls';
import { startSession, useSession } from '../session/session';
import { LanguageSwitch } from '../shell/LanguageSwitch';
import { Logo } from '../shell/Logo';
import { ThemeSwitch } from '../shell/ThemeSwitch';
import { Icon } from '../ui/Icon';
import { useErrorText } from '../ui/useErrorText';
import styles from './LoginPage.module.css';

interface Fields {
  username: string;
  password: string;
}

function useLogIn(onFailed: () => void) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async ({ username, password }: Fields) => {
    setBusy(true);
    setError(undefined);
    try {
      startSession((await logIn(username.trim(), password)).user);
    } catch (failure) {
      setError(failure);
      setBusy(false);
      onFailed();
    }
  };
  return { submit, isBusy, error };
}

function Notice({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const hasEnded = useSession((state) => state.hasEnded);
  const text = error ? errorText(error) : hasEnded ? t('login.ended') : '';
  return (
    <div className={styles.notice} role="alert" data-shown={text !== '' || undefined}>
      {text && <Icon name="warning" />}
      <span>{text}</span>
    </div>
  );
}

export function LoginPage() {
  const { t } = useTranslation();
  const password = useRef<InputRef>(null);
  const { submit, isBusy, error } = useLogIn(() => password.current?.select());
  useEffect(() => {
    document.title = `${t('login.title')} · ${t('product')}`;
  }, [t]);
  return (
    <div className={styles.page}>
      <div className={styles.tools}>
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <main className={styles.card}>
        <Logo size={32} />
        <h1>{t('login.title')}</h1>
        <p className={styles.lead}>{t('login.lead')}</p>
        <Notice error={error} />
        <Form<Fields> layout="vertical" requiredMark={false} onFinish={(fields) => void submit(fields)}>
          <Form.Item
            name="username"
            label={t('login.username')}
            rules={[{ required: true, message: t('login.usernameMissing') }]}
          >
            <Input size="large" autoComplete="username" autoFocus autoCapitalize="none" spellCheck={false} />
          </Form.Item>
          <Form.Item
            name="password"
            label={t('login.password')}
            rules={[{ required: true, message: t('login.passwordMissing') }]}
          >
            <Input.Password ref={password} size="large" autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" size="large" htmlType="submit" block loading={isBusy}>
            {t('login.submit')}
          </Button>
        </Form>
      </main>
    </div>
  );
}
