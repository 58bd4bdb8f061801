import { Form, Modal, type FormInstance } from 'antd';
import { useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLeave } from './useLeave';

interface FormDialogProps<Fields extends object> {
  title: string;
  /** What the button says that sends the form. */
  okText: string;
  isBusy: boolean;
  initialValues?: Partial<Fields>;
  width?: number;
  /** Given where what is typed decides what else is asked. */
  form?: FormInstance<Fields>;
  onSubmit: (fields: Fields) => Promise<void>;
  onClose: () => void;
  children: ReactNode;
}

/** Enter in an open list takes what is chosen there; it does not send the form as well. */
function keepToList(event: KeyboardEvent): void {
  const { key, target } = event;
  if (
    key === 'Enter' &&
    target instanceof Element &&
    target.matches('[role="combobox"][aria-expanded="true"]')
  )
    event.preventDefault();
}

/** A form in a dialog of its own: checked when sent, and nothing typed is dropped without asking. */
export function FormDialog<Fields extends object>(props: FormDialogProps<Fields>) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>(props.form);
  const isChanged = useRef(false);
  const leave = useLeave(isChanged, props.onClose);
  return (
    <Modal
      open
      width={props.width}
      title={props.title}
      okText={props.okText}
      cancelText={t('action.cancel')}
      confirmLoading={props.isBusy}
      onOk={() => form.submit()}
      onCancel={leave}
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        initialValues={props.initialValues}
        onValuesChange={() => {
          isChanged.current = true;
        }}
        onKeyDown={keepToList}
        onFinish={(fields) => void props.onSubmit(fields)}
      >
        {props.children}
        {/* The button that sends stands outside the form; without one inside, Enter sends only a form of one field. */}
        <button type="submit" hidden disabled={props.isBusy} aria-hidden tabIndex={-1} />
      </Form>
    </Modal>
  );
}
