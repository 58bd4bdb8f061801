import { useQuery } from '@tanstack/react-query';
import { Alert, App, Button } from 'antd';
import { useDeferredValue, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { checkDocument, type Finding } from '../api/adminCalls';
import page from '../ui/Page.module.css';
import { Failed, Loading } from '../ui/Panel';
import { usePageTitle } from '../ui/usePageTitle';
import { CalendarsForm } from './CalendarsForm';
import styles from './Configuration.module.css';
import { useEditing, type Editing } from './draft';
import { EntriesForm } from './EntryForm';
import { Findings } from './Findings';
import { FlowsForm } from './FlowsForm';
import { History } from './History';
import type { Item } from './kinds';
import { NamedList } from './NamedList';
import type { Calendar, Entry, Queue } from './parts';
import { QueuesForm } from './QueuesForm';
import { ReviewDialog } from './ReviewDialog';
import { YamlEditor } from './YamlEditor';

const WHOLE = 'whole';
const HISTORY = 'history';

const named = (stem: string, seconds?: string[]) =>
  function Named({ editing, section }: FormProps) {
    const value = (editing.document[section] ?? []) as Entry[];
    const change = (next: Entry[]) => editing.change(section, next);
    return <NamedList value={value} onChange={change} stem={stem} seconds={seconds} />;
  };

interface FormProps {
  editing: Editing;
  section: string;
  findings: Finding[];
}

/** A list of the document whose fields stand in `kinds`. */
function Entries({ editing, section, findings }: FormProps) {
  return (
    <EntriesForm
      kind={section}
      value={(editing.document[section] ?? []) as Item[]}
      onChange={(next) => editing.change(section, next)}
      document={editing.document}
      findings={findings}
      path={`$.${section}`}
    />
  );
}

/** Numbers first, then the phone systems they come from. */
function TelephonyForm({ editing, section, findings }: FormProps) {
  const { t } = useTranslation();
  const value = (editing.document[section] ?? {}) as Record<string, Item[]>;
  return ['entry_points', 'connections'].map((kind) => (
    <section key={kind} className={styles.part}>
      <h3 className={styles.title}>{t(`config.section.${kind}`)}</h3>
      <EntriesForm
        kind={kind}
        value={value[kind] ?? []}
        onChange={(next) => editing.change(section, { ...value, [kind]: next })}
        document={editing.document}
        findings={findings}
        path={`$.${section}.${kind}`}
      />
    </section>
  ));
}

/** What has a form; every other part of the document is edited as YAML. */
const forms: Record<string, (props: FormProps) => ReactNode> = {
  queues: ({ editing, section, findings }) => (
    <QueuesForm
      document={editing.document}
      findings={findings}
      value={(editing.document[section] ?? []) as Queue[]}
      onChange={(next) => editing.change(section, next)}
    />
  ),
  skills: named('skill'),
  not_ready_reasons: named('reason', ['alert_after_s']),
  dispositions: named('disposition'),
  sites: named('site'),
  templates: Entries,
  mailboxes: Entries,
  widgets: Entries,
  telephony: TelephonyForm,
  flows: FlowsForm,
  calendars: ({ editing, section }) => (
    <CalendarsForm
      value={(editing.document[section] ?? []) as Calendar[]}
      onChange={(next) => editing.change(section, next)}
    />
  ),
};

/** The draft is checked while it is edited, so that an error is seen where it is made. */
function useFindings(editing: Editing): Finding[] {
  const document = useDeferredValue(editing.document);
  const checked = useQuery({
    queryKey: ['configurationCheck', document],
    queryFn: () => checkDocument(document),
    placeholderData: (before) => before,
    gcTime: 10_000,
  });
  return checked.data?.findings ?? [];
}

function Section({ editing, section, findings }: FormProps) {
  const { t } = useTranslation();
  const [isText, setText] = useState(false);
  if (section === HISTORY) return <History />;
  if (section === WHOLE)
    return <YamlEditor value={editing.document} findings={findings} onChange={editing.replace} />;
  const Form = forms[section];
  const own = findings.filter((one) => one.path.startsWith(`$.${section}`));
  return (
    <>
      {Form && (
        <div className={styles.row} style={{ marginBottom: 12 }}>
          <Button size="small" aria-pressed={isText} onClick={() => setText(!isText)}>
            {t(isText ? 'config.asForm' : 'config.asYaml')}
          </Button>
        </div>
      )}
      {Form && !isText ? (
        <Form editing={editing} section={section} findings={own} />
      ) : (
        <YamlEditor
          value={{ [section]: editing.document[section] ?? null }}
          findings={own}
          onChange={(next) => editing.change(section, next[section])}
        />
      )}
    </>
  );
}

interface NavProps {
  sections: string[];
  chosen: string;
  onChoose: (section: string) => void;
}

function Nav({ sections, chosen, onChoose }: NavProps) {
  const { t } = useTranslation();
  const button = (section: string) => (
    <button
      key={section}
      type="button"
      aria-current={section === chosen ? 'page' : undefined}
      onClick={() => onChoose(section)}
    >
      {t(`config.section.${section}`, { defaultValue: section })}
    </button>
  );
  return (
    <nav className={styles.nav} aria-label={t('config.sections')}>
      {sections.map(button)}
      <hr />
      {[WHOLE, HISTORY].map(button)}
    </nav>
  );
}

/** Whether there is something to put in force, and what stands in its way. */
function Bar({ editing, errors }: { editing: Editing; errors: number }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const [isReviewing, setReviewing] = useState(false);
  const askDiscard = () =>
    modal.confirm({
      title: t('config.discardTitle'),
      content: t('config.discardText'),
      okText: t('config.discard'),
      cancelText: t('action.cancel'),
      onOk: editing.discard,
    });
  return (
    <>
      <span className={page.muted} role="status">
        {errors > 0 && t('config.errors', { count: errors })}
        {errors === 0 && t(editing.isChanged ? 'config.changed' : 'config.same')}
      </span>
      <span className={page.grow} />
      <Button disabled={!editing.isChanged} onClick={askDiscard}>
        {t('config.discard')}
      </Button>
      <Button type="primary" disabled={!editing.isChanged} onClick={() => setReviewing(true)}>
        {t('config.reviewMore')}
      </Button>
      {isReviewing && <ReviewDialog editing={editing} onClose={() => setReviewing(false)} />}
    </>
  );
}

function Editor({ editing }: { editing: Editing }) {
  const { t } = useTranslation();
  const [section, setSection] = useState('skills');
  const findings = useFindings(editing);
  const others = Object.keys(editing.document).filter((key) => !(key in forms));
  const errors = findings.filter((one) => one.is_error).length;
  const isForm = section !== WHOLE && section !== HISTORY && section in forms;
  return (
    <div className={page.page}>
      <Nav sections={[...Object.keys(forms), ...others]} chosen={section} onChoose={setSection} />
      <div className={page.body}>
        {editing.isOutdated && (
          <Alert
            type="warning"
            showIcon
            title={t('config.outdated')}
            action={
              <Button size="small" onClick={editing.discard}>
                {t('config.startAnew')}
              </Button>
            }
          />
        )}
        {!editing.isInForce && <Alert type="info" showIcon title={t('config.notInForce')} />}
        <section className={page.panel} data-grow aria-labelledby="configuration-title">
          <header className={page.head}>
            <h2 id="configuration-title">{t(`config.section.${section}`, { defaultValue: section })}</h2>
            <Bar editing={editing} errors={errors} />
          </header>
          <div className={styles.work}>
            <Section key={section} editing={editing} section={section} findings={findings} />
          </div>
          {isForm && findings.length > 0 && <Findings findings={findings} />}
        </section>
      </div>
    </div>
  );
}

export default function ConfigurationPage() {
  const { t } = useTranslation();
  const { stored, editing } = useEditing();
  usePageTitle('configuration');
  return (
    <>
      <h1 className="visually-hidden">{t('page.configuration')}</h1>
      {stored.isPending && <Loading rows={10} />}
      {stored.isError && !stored.data && (
        <Failed error={stored.error} onRetry={() => void stored.refetch()} />
      )}
      {editing && <Editor editing={editing} />}
    </>
  );
}
