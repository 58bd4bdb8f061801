/** Finding a customer: by the number or address they come by, or by the key the log has. */
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { findCustomer } from '../api/history';
import { Icon } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { useCommand } from '../ui/useCommand';
import { usePageTitle } from '../ui/usePageTitle';
import { customerPath, isCustomerKey, type Arrival } from './address';
import styles from './Customers.module.css';

const ADDRESS_MAX = 200;

const ask = (_key: string, address: string) => findCustomer(address);

function Find() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [refusal, setRefusal] = useState('');
  const finding = useCommand(ask, setRefusal);
  const text = typed.trim();
  const find = async () => {
    setRefusal('');
    if (!text) return;
    if (isCustomerKey(text)) {
      void navigate(customerPath(text));
      return;
    }
    const found = await finding.run(text);
    if (!found) return;
    const state: Arrival = { address: text };
    void navigate(customerPath(found.customer_key), { state });
  };
  return (
    <>
      <form
        role="search"
        className={styles.find}
        onSubmit={(event) => {
          event.preventDefault();
          void find();
        }}
      >
        <Input
          autoFocus
          autoComplete="off"
          maxLength={ADDRESS_MAX}
          prefix={<Icon name="person" />}
          status={refusal ? 'error' : ''}
          placeholder={t('customers.find')}
          aria-label={t('customers.find')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="primary" htmlType="submit" loading={finding.isBusy} disabled={!text}>
          {t('customers.search')}
        </Button>
      </form>
      <p className={styles.hint} role="alert">
        {refusal}
      </p>
      <p className={styles.hint}>{t('customers.findHint')}</p>
    </>
  );
}

export default function CustomersPage() {
  const { t } = useTranslation();
  usePageTitle('customers');
  return (
    <div className={page.page}>
      <div className={page.body}>
        <section className={page.panel} data-grow aria-labelledby="customers-title">
          <header className={page.head}>
            <h1 id="customers-title">{t('page.customers')}</h1>
          </header>
          <Find />
        </section>
      </div>
    </div>
  );
}
