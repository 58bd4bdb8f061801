/** Saves a table as a file of this machine. */
export function saveCsv(name: string, csv: string): void {
  // The mark at the front tells a spreadsheet that this is UTF-8.
  const url = URL.createObjectURL(new Blob(['\ufeff', csv], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
