/** Ways to a customer's page from whatever is about one. */
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate } from 'react-router';
import { readContact } from '../api/calls';
import { ApiError } from '../api/http';
import { Icon } from '../ui/Icon';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { customerPath } from './address';
import styles from './Customers.module.css';

/** Nothing for a customer who left no address, and on the page itself. */
export function CustomerLink({ customerKey }: { customerKey: string | undefined }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  if (!customerKey || pathname === customerPath(customerKey)) return null;
  return (
    <Link className={styles.link} to={customerPath(customerKey)}>
      {t('customers.open')}
    </Link>
  );
}

const NOBODY = '';

/** Reading a contact is on record, so whose it was is asked when somebody wants to go there, not before. */
async function ask(_key: string, contactId: string): Promise<{ customerKey: string }> {
  try {
    return { customerKey: (await readContact(contactId)).interaction.customer_key };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { customerKey: NOBODY };
    throw error;
  }
}

/** To the customer of a contact that stands behind a case or a lead. */
export function OpenCustomer({ contactId }: { contactId: string | undefined }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const asking = useCommand(ask);
  if (!contactId || pathname.startsWith(customerPath(''))) return null;
  const open = async () => {
    const found = await asking.run(contactId);
    if (!found) return;
    if (found.customerKey === NOBODY) toast(t('customers.notSeen'), 'error');
    else void navigate(customerPath(found.customerKey));
  };
  return (
    <Button
      size="small"
      type="link"
      icon={<Icon name="person" size={14} />}
      loading={asking.isBusy}
      onClick={() => void open()}
    >
      {t('customers.open')}
    </Button>
  );
}
