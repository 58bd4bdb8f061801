/** Cases of one's departments: the inbox, what is late and why, one's own, closed ones, reports of major complaints. */
import { useQuery } from '@tanstack/react-query';
import { Button, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readCases, type CaseListName, type CaseRow, type CasesView } from '../api/cases';
import { dateTime } from '../ui/format';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { usePageTitle } from '../ui/usePageTitle';
import { CaseSide } from './CaseSide';
import { CaseState } from './CaseState';
import { useDepartments, useLateness } from './words';

const REFRESH_MS = 5_000;
const lists: CaseListName[] = ['open', 'late', 'mine', 'reports', 'closed'];
const columns = ['no', 'subject', 'customer', 'state', 'department', 'owner', 'due', 'late'] as const;

function Row({ row, onOpen }: { row: CaseRow; onOpen: (id: string) => void }) {
  const { t, i18n } = useTranslation();
  const { name } = useDepartments();
  const late = useLateness()(row);
  const at = row.due_at_ms ?? row.closed_at_ms;
  return (
    <tr data-case={row.case_no} data-state={row.state}>
      <td data-number>{row.case_no}</td>
      <td data-main>
        <Button type="link" size="small" onClick={() => onOpen(row.case_id)}>
          {row.subject || t('callBacks.erased')}
        </Button>
        <span className={page.muted}>{t(`cases.kind.${row.kind}`)}</span>
      </td>
      <td data-clip>{row.customer_name || '–'}</td>
      <td>
        <CaseState row={row} />
      </td>
      <td data-clip>{name(row.department_id)}</td>
      <td data-clip>{row.owner_name || t('cases.nobody')}</td>
      <td>{at ? dateTime(at, i18n.language) : '–'}</td>
      <td data-clip title={late}>
        {late || '–'}
      </td>
    </tr>
  );
}

function List({ rows, onOpen }: { rows: CaseRow[]; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="cases-title">
      <table className={table.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" data-number={column === 'no' || undefined}>
                {t(`cases.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.case_id} row={row} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Which department's: all one sees, or one of them, each with how many cases it has. */
function DepartmentSelect({
  view,
  ...select
}: {
  view: CasesView | undefined;
  value: string;
  onChange: (id: string) => void;
}) {
  const { t } = useTranslation();
  const { rows, name } = useDepartments();
  const labelOf = (id: string) => {
    const found = view?.counts.find((one) => one.department_id === id);
    return found ? `${name(id)} (${t('cases.count', { open: found.open, late: found.late })})` : name(id);
  };
  const seen = rows.filter((row) => row.is_seen).map((row) => row.department_id);
  return (
    <Select
      {...select}
      style={{ minWidth: 260 }}
      aria-label={t('cases.column.department')}
      options={[
        { value: '', label: t('cases.allDepartments') },
        ...seen.map((value) => ({ value, label: labelOf(value) })),
      ]}
    />
  );
}

export default function CasesPage() {
  const { t } = useTranslation();
  const [list, setList] = useState<CaseListName>('open');
  const [departmentId, setDepartmentId] = useState('');
  const [marks, setMarks] = useState<string[]>([]);
  const [caseId, setCaseId] = useState('');
  const after = marks.at(-1) ?? '';
  const asked = useQuery({
    queryKey: ['cases', list, departmentId, after],
    queryFn: () => readCases(list, departmentId, after),
    refetchInterval: REFRESH_MS,
  });
  const rows = asked.data?.cases ?? [];
  const turn = (set: () => void) => {
    setMarks([]);
    set();
  };
  usePageTitle('cases');
  return (
    <div className={page.page}>
      <div className={page.body}>
        <section className={page.panel} aria-labelledby="cases-title">
          <header className={page.head}>
            <h1 id="cases-title">{t('page.cases')}</h1>
            <Segmented
              value={list}
              onChange={(value) => turn(() => setList(value))}
              options={lists.map((value) => ({ value, label: t(`cases.list.${value}`) }))}
            />
            <DepartmentSelect
              view={asked.data}
              value={departmentId}
              onChange={(value) => turn(() => setDepartmentId(value))}
            />
          </header>
          {asked.isPending && <Loading rows={4} />}
          {asked.isError && !asked.data && (
            <Failed error={asked.error} onRetry={() => void asked.refetch()} />
          )}
          {asked.isSuccess && !rows.length && (
            <Empty icon="file" title={t('cases.none')} text={t(`cases.noneOf.${list}`)} />
          )}
          {rows.length > 0 && <List rows={rows} onOpen={setCaseId} />}
          {asked.data?.next_mark && (
            <Button type="text" onClick={() => setMarks([...marks, asked.data.next_mark])}>
              {t('cases.next')}
            </Button>
          )}
        </section>
      </div>
      {caseId && <CaseSide key={caseId} caseId={caseId} onClose={() => setCaseId('')} />}
    </div>
  );
}
