/** CSV that a spreadsheet opens as data and nothing else (RFC 4180). */
type Cell = string | number | null;

/** What a spreadsheet would work out, full-width forms included. */
const formula = /^ *[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

function cellOf(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvOf = (rows: Cell[][]): string =>
  rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
