/** Fails the build when the first screen or the widget outgrows its budget (KB, gzip). */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const FIRST_SCREEN_KB_MAX = 350;
const WIDGET_KB_MAX = 13;

const kb = (file: string): number => gzipSync(readFileSync(`dist/${file}`)).length / 1024;

const page = readFileSync('dist/index.html', 'utf8');
const files = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].flatMap(
  (match) => match[1] ?? [],
);
const firstScreen = files.reduce((sum, file) => sum + kb(file), 0);
const widget = kb('widget.js');

console.log(
  `first screen ${firstScreen.toFixed(1)} KB of ${FIRST_SCREEN_KB_MAX}, widget ${widget.toFixed(1)} KB of ${WIDGET_KB_MAX} (gzip)`,
);
if (!files.length || firstScreen > FIRST_SCREEN_KB_MAX || widget > WIDGET_KB_MAX) {
  console.error('over the size budget');
  process.exit(1);
}
